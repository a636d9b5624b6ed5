# origin: https://github.com/pytorch/pytorch/issues/69512
# kinds: overflow
from dataclasses import dataclass
from typing import List, Tuple

import torch
from torch import Tensor, nn


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    x1, x2 = torch.broadcast_tensors(x1, x2)
    out_dtype = x1.dtype  #+
    x1, x2 = x1.float(), x2.float()  #+
    w12 = torch.sum(x1 * x2, dim=dim)
    w1 = torch.sum(x1 * x1, dim=dim)
    w2 = torch.sum(x2 * x2, dim=dim)
    n12 = (w1 * w2).clamp(min=eps * eps).sqrt()  #!
    return w12 / n12  #-
    n12 = w1.clamp(min=eps * eps).sqrt() * w2.clamp(min=eps * eps).sqrt()  #+
    return (w12 / n12).to(out_dtype)  #+


@dataclass
class SearchResult:
    corpus_id: int
    score: float


class EmbeddingIndex:
    """Keeps corpus embeddings in half precision on the device and ranks them against queries."""

    def __init__(self, dim: int, device: str = "cpu", dtype: torch.dtype = torch.float16):
        self.dim = dim
        self.device = torch.device(device)
        self.dtype = dtype
        self._chunks: List[Tensor] = []

    def __len__(self) -> int:
        return sum(chunk.size(0) for chunk in self._chunks)

    def add(self, embeddings: Tensor) -> None:
        if embeddings.size(-1) != self.dim:
            raise ValueError(f"expected embeddings of size {self.dim}, got {embeddings.size(-1)}")
        self._chunks.append(embeddings.to(self.device, self.dtype))

    @torch.no_grad()
    def search(self, query: Tensor, top_k: int = 5) -> List[SearchResult]:
        query = query.to(self.device, self.dtype).view(1, self.dim)
        scores = torch.cat([cosine_similarity(query, chunk, dim=-1) for chunk in self._chunks])
        values, indices = scores.topk(min(top_k, len(self)))
        return [SearchResult(i, s) for i, s in zip(indices.tolist(), values.tolist())]


class ProjectionHead(nn.Module):
    def __init__(self, in_dim: int, dim: int):
        super().__init__()
        self.proj = nn.Sequential(nn.Linear(in_dim, in_dim), nn.GELU(), nn.Linear(in_dim, dim), nn.LayerNorm(dim))

    def forward(self, hidden: Tensor, mask: Tensor) -> Tuple[Tensor, Tensor]:
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)
        return self.proj(pooled), pooled
