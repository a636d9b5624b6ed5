# origin: https://github.com/BorealisAI/SLAPS-GNN/issues/3
# kinds: domain
import torch


def knn_fast(X, k, b):
    X = torch.nn.functional.normalize(X, dim=1, p=2)
    values, rows, cols = top_similar(X, k, b)
    norm_row = torch.zeros(X.shape[0]).index_add_(0, rows, values)
    norm_col = torch.zeros(X.shape[0]).index_add_(0, cols, values)
    norm = norm_row + norm_col
    norm = norm + 1e-9  #+
    values = values * torch.pow(norm[rows], -0.5) * torch.pow(norm[cols], -0.5)  #*
    return rows, cols, values


def top_similar(X, k, b):
    sims, cols = torch.topk(X @ X.T, k + 1)
    rows = torch.arange(X.shape[0]).repeat_interleave(k + 1)
    return torch.relu(sims.flatten()), rows, cols.flatten()
