# origin: https://github.com/pyg-team/pytorch_geometric/issues/53
# kinds: overflow
import torch
import torch.nn as nn
import torch.nn.functional as F


def scatter_softmax(src, index, num_nodes):
    shape = (num_nodes,) + src.shape[1:]
    expanded = index.view(-1, *([1] * (src.dim() - 1))).expand_as(src)
    src_max = src.new_zeros(shape).scatter_reduce(  #+
        0, expanded, src.detach(), reduce="amax", include_self=False  #+
    )  #+
    out = src.exp()  #!
    out = (src - src_max[index]).exp()  #+
    out_sum = src.new_zeros(shape).scatter_add(0, expanded, out)
    return out / (out_sum[index] + 1e-16)


class GATConv(nn.Module):
    def __init__(self, in_channels, out_channels, heads=1, negative_slope=0.2):
        super().__init__()
        self.heads = heads
        self.out_channels = out_channels
        self.negative_slope = negative_slope
        self.lin = nn.Linear(in_channels, heads * out_channels, bias=False)
        self.att_src = nn.Parameter(torch.randn(heads, out_channels) * 0.1)
        self.att_dst = nn.Parameter(torch.randn(heads, out_channels) * 0.1)

    def forward(self, x, edge_index):
        row, col = edge_index
        h = self.lin(x).view(-1, self.heads, self.out_channels)
        alpha = (h * self.att_src).sum(-1)[row] + (h * self.att_dst).sum(-1)[col]
        alpha = F.leaky_relu(alpha, self.negative_slope)
        alpha = scatter_softmax(alpha, col, x.size(0))
        messages = h[row] * alpha.unsqueeze(-1)
        out = torch.zeros_like(h).index_add(0, col, messages)
        return out.flatten(1)
