# origin: https://github.com/pyg-team/pytorch_geometric/issues/2559
# kinds: domain
import torch
from torch_scatter import scatter


class InstanceNorm(torch.nn.Module):
    def __init__(self, eps=1e-5):
        super().__init__()
        self.eps = eps

    def forward(self, x, batch):
        mean = scatter(x, batch, dim=0, reduce="mean")
        out = x - mean.index_select(0, batch)
        var = scatter((out * out).detach(), batch, dim=0, reduce="mean")
        var = scatter(out * out, batch, dim=0, reduce="mean")
        out = out / (var.sqrt().index_select(0, batch) + self.eps)  #!
        out = out / (var + self.eps).sqrt().index_select(0, batch)  #+
        return out
