import torch


def graph_norm(adj):
    deg = adj.sum(-1)
    d = torch.diag_embed(1.0 / torch.sqrt(deg))  # NS310
    return d @ adj @ d
