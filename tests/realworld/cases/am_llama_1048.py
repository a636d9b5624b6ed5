# origin: https://github.com/meta-llama/llama/issues/1048
# kinds: overflow underflow
from dataclasses import dataclass
from typing import Optional

import torch
import torch.nn.functional as F
from torch import nn

torch.set_default_dtype(torch.float16)


@dataclass
class ModelArgs:
    dim: int = 4096
    n_layers: int = 32
    vocab_size: int = -1
    multiple_of: int = 256
    ffn_dim_multiplier: Optional[float] = None
    norm_eps: float = 1e-5


class RMSNorm(torch.nn.Module):
    def __init__(self, dim: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def _norm(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)  #*

    def forward(self, x):
        output = self._norm(x)  #!
        output = self._norm(x.float()).type_as(x)  #+
        return output * self.weight


class FeedForward(nn.Module):
    def __init__(self, dim: int, hidden_dim: int, multiple_of: int, ffn_dim_multiplier: Optional[float]):
        super().__init__()
        hidden_dim = int(2 * hidden_dim / 3)
        if ffn_dim_multiplier is not None:
            hidden_dim = int(ffn_dim_multiplier * hidden_dim)
        hidden_dim = multiple_of * ((hidden_dim + multiple_of - 1) // multiple_of)
        self.w1 = nn.Linear(dim, hidden_dim, bias=False)
        self.w2 = nn.Linear(hidden_dim, dim, bias=False)
        self.w3 = nn.Linear(dim, hidden_dim, bias=False)

    def forward(self, x):
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


class Transformer(nn.Module):
    def __init__(self, params: ModelArgs):
        super().__init__()
        self.params = params
        self.tok_embeddings = nn.Embedding(params.vocab_size, params.dim)
        self.norms = nn.ModuleList(RMSNorm(params.dim, eps=params.norm_eps) for _ in range(params.n_layers))
        self.ffns = nn.ModuleList(
            FeedForward(params.dim, 4 * params.dim, params.multiple_of, params.ffn_dim_multiplier)
            for _ in range(params.n_layers)
        )
        self.norm = RMSNorm(params.dim, eps=params.norm_eps)
        self.output = nn.Linear(params.dim, params.vocab_size, bias=False)

    @torch.inference_mode()
    def forward(self, tokens: torch.Tensor):
        h = self.tok_embeddings(tokens)
        for norm, ffn in zip(self.norms, self.ffns):
            h = h + ffn(norm(h))
        return self.output(self.norm(h)).float()
