# origin: https://github.com/BorealisAI/SLAPS-GNN/issues/3
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F

EOS = 1e-10


def apply_non_linearity(tensor, non_linearity, i):
    if non_linearity == "elu":
        return F.elu(tensor * i - i) + 1
    elif non_linearity == "relu":
        return F.relu(tensor)
    elif non_linearity == "none":
        return tensor
    else:
        raise NameError("We dont support the non-linearity yet")


def knn_fast(X, k, b):
    X = F.normalize(X, dim=1, p=2)
    index = 0
    device = X.device
    values = torch.zeros(X.shape[0] * (k + 1), device=device)
    rows = torch.zeros(X.shape[0] * (k + 1), device=device)
    cols = torch.zeros(X.shape[0] * (k + 1), device=device)
    norm_row = torch.zeros(X.shape[0], device=device)
    norm_col = torch.zeros(X.shape[0], device=device)
    while index < X.shape[0]:
        if (index + b) > (X.shape[0]):
            end = X.shape[0]
        else:
            end = index + b
        sub_tensor = X[index:index + b]
        similarities = torch.mm(sub_tensor, X.t()).clamp(min=0)
        vals, inds = similarities.topk(k=k + 1, dim=-1)
        values[index * (k + 1):(end) * (k + 1)] = vals.view(-1)
        cols[index * (k + 1):(end) * (k + 1)] = inds.view(-1)
        rows[index * (k + 1):(end) * (k + 1)] = torch.arange(index, end).view(-1, 1).repeat(1, k + 1).view(-1)
        norm_row[index: end] = torch.sum(vals, dim=1)
        norm_col.index_add_(-1, inds.view(-1), vals.view(-1))
        index += b
    norm = norm_row + norm_col
    norm = norm.clamp(min=1e-9)  #+
    rows = rows.long()
    cols = cols.long()
    values *= (torch.pow(norm[rows], -0.5) * torch.pow(norm[cols], -0.5))  #*
    return rows, cols, values


class MLP(nn.Module):
    def __init__(self, nlayers, isize, hsize, osize, features, k, knn_block=1000, non_linearity="relu", i=6):
        super(MLP, self).__init__()
        sizes = [isize] + [hsize] * (nlayers - 1) + [osize]
        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])])
        self.features = features
        self.k = k
        self.knn_block = knn_block
        self.non_linearity = non_linearity
        self.i = i

    def internal_forward(self, h):
        for i, layer in enumerate(self.layers):
            h = layer(h)
            if i != len(self.layers) - 1:
                h = F.relu(h)
        return h

    def forward(self, features):
        embeddings = F.relu(self.internal_forward(features))
        rows, cols, values = knn_fast(embeddings, self.k, self.knn_block)
        rows_ = torch.cat((rows, cols))
        cols_ = torch.cat((cols, rows))
        values_ = apply_non_linearity(torch.cat((values, values)), self.non_linearity, self.i)
        n = features.shape[0]
        return torch.sparse_coo_tensor(torch.stack((rows_, cols_)), values_, (n, n))
