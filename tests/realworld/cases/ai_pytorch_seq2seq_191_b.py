# origin: https://github.com/bentrevett/pytorch-seq2seq/issues/191
# kinds: overflow
import torch
import torch.nn as nn
import torch.nn.functional as F


class GraphAttentionLayer(nn.Module):
    """Dense GAT layer, similar to https://arxiv.org/abs/1710.10903"""

    def __init__(self, in_features, out_features, dropout, alpha, concat=True):
        super().__init__()
        self.dropout = dropout
        self.out_features = out_features
        self.concat = concat
        self.W = nn.Parameter(torch.empty(in_features, out_features))
        nn.init.xavier_uniform_(self.W, gain=1.414)
        self.a = nn.Parameter(torch.empty(2 * out_features, 1))
        nn.init.xavier_uniform_(self.a, gain=1.414)
        self.leakyrelu = nn.LeakyReLU(alpha)

    def forward(self, h, adj):
        Wh = torch.mm(h, self.W)
        e = self._prepare_attentional_mechanism_input(Wh)

        zero_vec = -9e15 * torch.ones_like(e)  #!
        zero_vec = torch.full_like(e, torch.finfo(e.dtype).min)  #+
        attention = torch.where(adj > 0, e, zero_vec)
        attention = F.softmax(attention, dim=1)
        attention = F.dropout(attention, self.dropout, training=self.training)
        h_prime = torch.matmul(attention, Wh)
        return F.elu(h_prime) if self.concat else h_prime

    def _prepare_attentional_mechanism_input(self, Wh):
        Wh1 = torch.matmul(Wh, self.a[: self.out_features, :])
        Wh2 = torch.matmul(Wh, self.a[self.out_features:, :])
        return self.leakyrelu(Wh1 + Wh2.T)


class GAT(nn.Module):
    def __init__(self, nfeat, nhid, nclass, dropout=0.6, alpha=0.2, nheads=4):
        super().__init__()
        self.dropout = dropout
        self.heads = nn.ModuleList(
            [GraphAttentionLayer(nfeat, nhid, dropout, alpha) for _ in range(nheads)]
        )
        self.out_att = GraphAttentionLayer(nhid * nheads, nclass, dropout, alpha, concat=False)

    def forward(self, x, adj):
        x = torch.cat([att(x, adj) for att in self.heads], dim=1)
        x = F.dropout(x, self.dropout, training=self.training)
        return F.log_softmax(self.out_att(x, adj), dim=1)


@torch.no_grad()
def predict(checkpoint, features, adj, nclass):
    model = GAT(features.shape[1], 8, nclass)
    model.load_state_dict(checkpoint)
    model = model.half().eval()
    return model(features.half(), adj).argmax(dim=1)


if __name__ == "__main__":
    torch.manual_seed(0)
    n, nclass = 50, 7
    adj = (torch.rand(n, n) < 0.08).float()
    features = torch.rand(n, 32)
    checkpoint = GAT(32, 8, nclass).state_dict()
    print(predict(checkpoint, features, adj, nclass).bincount(minlength=nclass))
