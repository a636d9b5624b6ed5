# origin: https://github.com/HKUDS/LightGCL/issues/22
# kinds: overflow
import torch
import torch.nn as nn
import torch.nn.functional as F


class LightGCL(nn.Module):
    def __init__(self, n_u, n_i, d, u_mul_s, v_mul_s, ut, vt, adj_norm, l=2, temp=0.2, lambda_1=0.2, lambda_2=1e-7):
        super().__init__()
        self.E_u_0 = nn.Parameter(nn.init.xavier_uniform_(torch.empty(n_u, d)))
        self.E_i_0 = nn.Parameter(nn.init.xavier_uniform_(torch.empty(n_i, d)))
        self.adj_norm = adj_norm
        self.l = l
        self.temp = temp
        self.lambda_1 = lambda_1
        self.lambda_2 = lambda_2
        self.u_mul_s = u_mul_s
        self.v_mul_s = v_mul_s
        self.ut = ut
        self.vt = vt

    def forward(self, uids, iids, pos, neg):
        E_u_list, E_i_list = [self.E_u_0], [self.E_i_0]
        G_u_list, G_i_list = [self.E_u_0], [self.E_i_0]
        for layer in range(1, self.l + 1):
            # GNN propagation
            Z_u = torch.spmm(self.adj_norm, E_i_list[layer - 1])
            Z_i = torch.spmm(self.adj_norm.transpose(0, 1), E_u_list[layer - 1])

            # svd_adj propagation
            G_u_list.append(self.u_mul_s @ (self.vt @ E_i_list[layer - 1]))
            G_i_list.append(self.v_mul_s @ (self.ut @ E_u_list[layer - 1]))

            # aggregate
            E_u_list.append(Z_u)
            E_i_list.append(Z_i)

        G_u, G_i = sum(G_u_list), sum(G_i_list)
        E_u, E_i = sum(E_u_list), sum(E_i_list)

        # cl loss
        neg_score = torch.log(torch.exp(G_u[uids] @ E_u.T / self.temp).sum(1) + 1e-8).mean()  #!
        neg_score += torch.log(torch.exp(G_i[iids] @ E_i.T / self.temp).sum(1) + 1e-8).mean()  #!
        neg_score = torch.logsumexp(G_u[uids] @ E_u.T / self.temp, dim=1).mean()  #+
        neg_score += torch.logsumexp(G_i[iids] @ E_i.T / self.temp, dim=1).mean()  #+
        pos_score = torch.clamp((G_u[uids] * E_u[uids]).sum(1) / self.temp, -5.0, 5.0).mean() \
            + torch.clamp((G_i[iids] * E_i[iids]).sum(1) / self.temp, -5.0, 5.0).mean()
        loss_s = -pos_score + neg_score

        # bpr loss
        u_emb = E_u[uids]
        pos_scores = (u_emb * E_i[pos]).sum(-1)
        neg_scores = (u_emb * E_i[neg]).sum(-1)
        loss_r = -F.logsigmoid(pos_scores - neg_scores).mean()

        # reg loss
        loss_reg = 0
        for param in self.parameters():
            loss_reg += param.norm(2).square()
        loss_reg *= self.lambda_2

        loss = loss_r + self.lambda_1 * loss_s + loss_reg
        return loss, loss_r, self.lambda_1 * loss_s
