# origin: https://github.com/kornia/kornia/issues/4021
# kinds: underflow domain
import torch


class VectorIndex:
    """Brute-force cosine index. Embeddings are kept in half precision to save memory."""

    def __init__(self, dim, device="cpu"):
        self.dim = dim
        self.device = device
        self.vectors = torch.empty(0, dim, dtype=torch.float16, device=device)
        self.ids = []

    @staticmethod
    def _unit(v):
        length = v.norm(dim=-1, keepdim=True)
        return v / length.clamp_min(1e-12)  #!
        return v / length.clamp_min(torch.finfo(v.dtype).tiny)  #+

    def add(self, ids, embeddings):
        emb = embeddings.to(self.device, torch.float16)
        if emb.shape[-1] != self.dim:
            raise ValueError(f"expected dim {self.dim}, got {emb.shape[-1]}")
        self.vectors = torch.cat([self.vectors, self._unit(emb)])
        self.ids.extend(ids)

    def search(self, queries, k=10):
        q = self._unit(queries.to(self.device, torch.float16))
        scores = q.float() @ self.vectors.float().T
        top = scores.topk(min(k, len(self.ids)), dim=-1)
        hits = []
        for row_scores, row_idx in zip(top.values.tolist(), top.indices.tolist()):
            hits.append([(self.ids[i], s) for s, i in zip(row_scores, row_idx)])
        return hits


def build_index(encoder, documents, batch_size=64, dim=384):
    """Documents that are empty after cleaning are encoded as zero vectors."""
    index = VectorIndex(dim)
    for start in range(0, len(documents), batch_size):
        chunk = documents[start : start + batch_size]
        with torch.inference_mode():
            emb = encoder([d["text"] for d in chunk])
        empty = torch.tensor([not d["text"].strip() for d in chunk])
        emb = emb.masked_fill(empty[:, None], 0.0)
        index.add([d["id"] for d in chunk], emb)
    return index
