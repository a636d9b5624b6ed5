# origin: https://github.com/Nerogar/OneTrainer/issues/996
# kinds: precision
from dataclasses import dataclass

import torch
from torch import nn
import torch.nn.functional as F


@dataclass
class MoEConfig:
    dim: int = 512
    hidden: int = 1024
    n_experts: int = 16
    top_k: int = 2
    bias_speed: float = 1e-3
    dtype: torch.dtype = torch.bfloat16


class BalancedRouter(nn.Module):
    """Top-k routing; a bias per expert is nudged after each step to even the load."""

    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        self.gate = nn.Linear(cfg.dim, cfg.n_experts, bias=False, dtype=cfg.dtype)
        self.register_buffer("load_bias", torch.zeros(cfg.n_experts, dtype=cfg.dtype))  #-
        self.register_buffer("load_bias", torch.zeros(cfg.n_experts, dtype=torch.float32))  #+

    def forward(self, x):
        affinity = torch.sigmoid(self.gate(x).float())
        choice = (affinity + self.load_bias).topk(self.cfg.top_k, dim=-1).indices
        weight = affinity.gather(-1, choice)
        return choice, weight / weight.sum(-1, keepdim=True).clamp_min(1e-6)

    @torch.no_grad()
    def rebalance(self, choice):
        load = torch.bincount(choice.flatten(), minlength=self.cfg.n_experts).float()
        error = torch.sign(load.mean() - load)
        self.load_bias.add_(error.to(self.load_bias.dtype), alpha=self.cfg.bias_speed)  #*


class MoE(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.router = BalancedRouter(cfg)
        self.up = nn.Parameter(torch.randn(cfg.n_experts, cfg.dim, cfg.hidden, dtype=cfg.dtype) * 0.02)
        self.down = nn.Parameter(torch.randn(cfg.n_experts, cfg.hidden, cfg.dim, dtype=cfg.dtype) * 0.02)

    def forward(self, x):
        choice, weight = self.router(x)
        out = torch.zeros_like(x)
        for e in range(self.up.shape[0]):
            token, slot = torch.where(choice == e)
            if token.numel() == 0:
                continue
            y = F.silu(x[token] @ self.up[e]) @ self.down[e]
            out.index_add_(0, token, y * weight[token, slot, None].to(y.dtype))
        if self.training:
            self.router.rebalance(choice)
        return x + out
