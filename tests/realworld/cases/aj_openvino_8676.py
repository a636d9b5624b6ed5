# origin: https://github.com/openvinotoolkit/openvino/pull/8676
# kinds: underflow domain
import torch
import torch.nn.functional as F
from torch import nn


class SessionEncoder(nn.Module):
    """Bag-of-items user tower of a two-tower retrieval model."""

    def __init__(self, num_items, dim=128, hidden=256, pad_id=0):
        super().__init__()
        self.pad_id = pad_id
        self.items = nn.Embedding(num_items, dim, padding_idx=pad_id)
        self.proj = nn.Sequential(nn.Linear(dim, hidden), nn.ReLU(), nn.Linear(hidden, dim))

    def pool(self, item_ids):
        emb = self.items(item_ids)
        mask = (item_ids != self.pad_id).to(emb.dtype).unsqueeze(-1)
        total = (emb * mask).sum(dim=1)
        count = mask.sum(dim=1)
        return total / torch.clamp(count, min=1e-9)  #!
        return total / torch.clamp(count, min=1.0)  #+

    def forward(self, item_ids):
        return self.proj(self.pool(item_ids))


class Retriever:
    def __init__(self, encoder, item_vectors, device="cuda"):
        self.device = device
        self.encoder = encoder.to(device).half().eval()
        self.index = F.normalize(item_vectors.float(), dim=1).half().to(device)

    @torch.inference_mode()
    def recommend(self, sessions, k=50):
        user = self.encoder(sessions.to(self.device))
        scores = user @ self.index.t()
        top = scores.topk(k, dim=1)
        return top.indices.cpu(), top.values.float().cpu()


def pad_sessions(histories, max_len, pad_id=0):
    out = torch.full((len(histories), max_len), pad_id, dtype=torch.long)
    for row, items in enumerate(histories):
        items = items[-max_len:]
        if items:
            out[row, : len(items)] = torch.tensor(items)
    return out
