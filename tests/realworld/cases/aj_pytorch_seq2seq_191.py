# origin: https://github.com/bentrevett/pytorch-seq2seq/issues/191
# kinds: overflow
from dataclasses import dataclass

import torch
import torch.nn as nn


@dataclass
class ReadoutConfig:
    hidden_dim: int = 128
    num_heads: int = 4
    mask_value: float = -1e9
    half: bool = True


class AttentiveReadout(nn.Module):
    """Pools the node states of a padded batch of molecules into one vector per graph."""

    def __init__(self, cfg: ReadoutConfig):
        super().__init__()
        self.cfg = cfg
        self.score = nn.Linear(cfg.hidden_dim, cfg.num_heads)
        self.value = nn.Linear(cfg.hidden_dim, cfg.hidden_dim)

    def forward(self, nodes, node_mask):
        b, n, d = nodes.shape
        h = self.cfg.num_heads
        scores = self.score(nodes)  # (b, n, h)
        bias = (1.0 - node_mask.to(scores.dtype)) * self.cfg.mask_value  #!
        scores = scores + bias.unsqueeze(-1)  #-
        floor = torch.finfo(scores.dtype).min  #+
        scores = scores.masked_fill(~node_mask.bool().unsqueeze(-1), floor)  #+
        attn = scores.softmax(dim=1)
        v = self.value(nodes).view(b, n, h, d // h)
        return torch.einsum("bnh,bnhd->bhd", attn, v).reshape(b, d)


class PropertyHead(nn.Module):
    def __init__(self, cfg, n_targets=1):
        super().__init__()
        self.readout = AttentiveReadout(cfg)
        self.out = nn.Linear(cfg.hidden_dim, n_targets)

    def forward(self, nodes, node_mask):
        return self.out(self.readout(nodes, node_mask))


@torch.inference_mode()
def predict(loader, cfg=ReadoutConfig(), device="cuda"):
    """The last batch is filled up to the static batch size with empty graphs."""
    head = PropertyHead(cfg).to(device).eval()
    if cfg.half:
        head = head.half()
    results = []
    for nodes, mask, n_real in loader:
        dtype = next(head.parameters()).dtype
        y = head(nodes.to(device, dtype), mask.to(device))
        results.append((y.mean(), y[:n_real].float().cpu()))
    return results
