# origin: https://github.com/pytorch/pytorch/issues/69512
# kinds: overflow underflow domain
import torch
import torch.nn as nn


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    x1, x2 = torch.broadcast_tensors(x1, x2)
    dtype = x1.dtype  #+
    x1 = x1.float()  #+
    x2 = x2.float()  #+
    w12 = torch.sum(x1 * x2, dim=dim)
    w1 = torch.sum(x1 * x1, dim=dim)  #-
    w2 = torch.sum(x2 * x2, dim=dim)  #-
    n12 = (w1 * w2).clamp_min(eps * eps).sqrt()  #!
    return w12 / n12  #-
    n1 = torch.linalg.vector_norm(x1, dim=dim).clamp_min(eps)  #+
    n2 = torch.linalg.vector_norm(x2, dim=dim).clamp_min(eps)  #+
    return (w12 / n1 / n2).to(dtype)  #+


class ClipTextRetriever:
    """Nearest neighbour look-up among cached half precision embeddings."""

    def __init__(self, encoder: nn.Module, device="cpu", batch_size=256):
        self.encoder = encoder.half().to(device).eval()
        self.device = device
        self.batch_size = batch_size
        self.index = None
        self.ids = []

    @torch.no_grad()
    def _encode(self, feats):
        chunks = []
        for start in range(0, len(feats), self.batch_size):
            batch = feats[start:start + self.batch_size].to(self.device, torch.float16)
            chunks.append(self.encoder(batch))
        return torch.cat(chunks)

    def build(self, ids, feats):
        self.ids = list(ids)
        self.index = self._encode(feats)
        return self

    def scores(self, query):
        q = self._encode(query)
        return cosine_similarity(q[:, None, :], self.index[None, :, :], dim=-1)

    def topk(self, query, k=5):
        values, positions = self.scores(query).topk(min(k, len(self.ids)), dim=-1)
        return [
            [(self.ids[p], v) for p, v in zip(pos, val)]
            for pos, val in zip(positions.tolist(), values.tolist())
        ]
