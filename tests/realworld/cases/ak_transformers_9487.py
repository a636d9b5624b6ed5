# origin: https://github.com/huggingface/transformers/pull/9487
# kinds: overflow
import torch
import torch.nn as nn
import torch.nn.functional as F


class MeanConv(nn.Module):
    """Message passing with the mean over incoming neighbours."""

    def __init__(self, dim):
        super().__init__()
        self.self_lin = nn.Linear(dim, dim)
        self.nbr_lin = nn.Linear(dim, dim, bias=False)

    def forward(self, x, edge_index):
        src, dst = edge_index
        msg = self.nbr_lin(x)[src]
        degree = torch.bincount(dst, minlength=x.shape[0]).clamp(min=1)
        pooled = torch.zeros_like(x)  #-
        pooled.index_add_(0, dst, msg)  #!
        pooled = torch.zeros_like(x, dtype=torch.float32)  #+
        pooled.index_add_(0, dst, msg.float())  #+
        pooled = pooled / degree.unsqueeze(-1)
        return self.self_lin(x) + pooled.to(x.dtype)


class EntityEncoder(nn.Module):
    def __init__(self, in_dim, dim=128, layers=3, out_dim=64):
        super().__init__()
        self.inp = nn.Linear(in_dim, dim)
        self.convs = nn.ModuleList(MeanConv(dim) for _ in range(layers))
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(layers))
        self.out = nn.Linear(dim, out_dim)

    def forward(self, x, edge_index):
        x = self.inp(x)
        for conv, norm in zip(self.convs, self.norms):
            x = x + F.gelu(conv(norm(x), edge_index))
        return self.out(x)


@torch.inference_mode()
def export_embeddings(model, features, edge_index, device="cuda"):
    """Encodes the whole graph once, in half precision so that it fits."""
    model = model.half().eval().to(device)
    out = model(features.half().to(device), edge_index.to(device))
    return F.normalize(out.float(), dim=-1).cpu()
