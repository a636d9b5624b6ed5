# origin: https://github.com/pytorch/pytorch/issues/32137
# kinds: underflow domain
from pathlib import Path

import numpy as np
import torch
from torch import nn


class PassageEncoder(nn.Module):
    def __init__(self, backbone, hidden, out_dim=256):
        super().__init__()
        self.backbone = backbone
        self.proj = nn.Sequential(nn.Linear(hidden, out_dim), nn.ReLU(), nn.Linear(out_dim, out_dim, bias=False))

    @staticmethod
    def pool(states, mask):
        w = mask.unsqueeze(-1).float()
        pooled = (states.float() * w).sum(1) / w.sum(1).clamp(min=1.0)
        return pooled.to(states.dtype)

    def forward(self, ids, mask):
        return self.proj(self.pool(self.backbone(ids), mask))


class EmbeddingIndex:
    def __init__(self, dim, floor=1e-12):
        self.dim = dim
        self.floor = floor
        self.rows = []

    def _unit(self, v):
        v = v.float()  #+
        length = torch.linalg.vector_norm(v, dim=-1, keepdim=True)
        return v / length.clamp_min(self.floor)  #*

    def add(self, vectors):
        self.rows.append(self._unit(vectors).to(torch.float16).cpu())

    def search(self, queries, k=10):
        bank = torch.cat(self.rows).float()
        scores = self._unit(queries).float().cpu() @ bank.T
        return scores.topk(min(k, bank.shape[0]), dim=-1)

    def save(self, path):
        np.save(Path(path), torch.cat(self.rows).numpy())


@torch.inference_mode()
def index_corpus(encoder, loader, device="cuda"):
    encoder = encoder.to(device).half().eval()
    index = EmbeddingIndex(dim=encoder.proj[-1].out_features)
    for ids, mask in loader:
        index.add(encoder(ids.to(device), mask.to(device)))
    return index
