# origin: https://github.com/BorealisAI/SLAPS-GNN/issues/3
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def apply_non_linearity(tensor, non_linearity):
    if non_linearity == 'relu':
        return F.relu(tensor)
    elif non_linearity == 'none':
        return tensor
    raise NameError('We dont support the non-linearity yet')


def knn_fast(X, k, b):
    device = X.device
    X = F.normalize(X, dim=1, p=2)
    index = 0
    values = torch.zeros(X.shape[0] * (k + 1), device=device)
    rows = torch.zeros(X.shape[0] * (k + 1), device=device)
    cols = torch.zeros(X.shape[0] * (k + 1), device=device)
    norm_row = torch.zeros(X.shape[0], device=device)
    norm_col = torch.zeros(X.shape[0], device=device)
    while index < X.shape[0]:
        end = min(index + b, X.shape[0])
        sub_tensor = X[index:end]
        similarities = torch.mm(sub_tensor, X.t())
        vals, inds = similarities.topk(k=k + 1, dim=-1)
        values[index * (k + 1):end * (k + 1)] = vals.view(-1)
        cols[index * (k + 1):end * (k + 1)] = inds.view(-1)
        rows[index * (k + 1):end * (k + 1)] = torch.arange(index, end).view(-1, 1).repeat(1, k + 1).view(-1)
        norm_row[index:end] = torch.sum(vals, dim=1)
        norm_col.index_add_(-1, inds.view(-1), vals.view(-1))
        index += b
    norm = norm_row + norm_col
    rows = rows.long()
    cols = cols.long()
    values = values * torch.pow(norm[rows], -0.5) * torch.pow(norm[cols], -0.5)  #!
    inv_sqrt = torch.where(norm > 0, norm.clamp(min=1e-9).rsqrt(), torch.zeros_like(norm))  #+
    values = values * inv_sqrt[rows] * inv_sqrt[cols]  #+
    return rows, cols, values


class MLPGraphLearner(nn.Module):
    def __init__(self, nlayers, isize, k, non_linearity, batch=1000):
        super(MLPGraphLearner, self).__init__()
        self.layers = nn.ModuleList([nn.Linear(isize, isize) for _ in range(nlayers)])
        self.k = k
        self.batch = batch
        self.non_linearity = non_linearity
        for layer in self.layers:
            layer.weight = nn.Parameter(torch.eye(isize))

    def internal_forward(self, h):
        for i, layer in enumerate(self.layers):
            h = layer(h)
            if i != len(self.layers) - 1:
                h = F.relu(h)
        return h

    def forward(self, features):
        embeddings = self.internal_forward(features)
        rows, cols, values = knn_fast(embeddings, self.k, self.batch)
        values = apply_non_linearity(values, self.non_linearity)
        n = features.shape[0]
        return torch.sparse_coo_tensor(torch.stack((rows, cols)), values, (n, n))
