# origin: https://github.com/NVIDIA/apex/issues/93
# kinds: overflow
import torch
from torch import nn


class FieldPooler(nn.Module):
    """Max over the valid tokens of each document field."""

    def forward(self, tokens, valid):
        keep = valid.unsqueeze(-1).to(tokens.dtype)
        shifted = tokens - (1.0 - keep) * 1e6  #!
        shifted = tokens - (1.0 - keep) * 1e4  #+
        return shifted.amax(dim=-2)


class DocumentEncoder(nn.Module):
    def __init__(self, vocab=30000, dim=256, n_fields=3):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.mix = nn.Linear(dim, dim)
        self.pool = FieldPooler()
        self.norm = nn.LayerNorm(dim)
        self.out = nn.Linear(n_fields * dim, dim)

    def forward(self, field_ids):
        # field_ids: (batch, fields, tokens), 0 = padding
        h = torch.tanh(self.mix(self.embed(field_ids)))
        pooled = self.pool(h, field_ids.ne(0))
        pooled = self.norm(pooled)
        return self.out(pooled.flatten(1))


class DualRanker:
    def __init__(self, encoder, device="cuda"):
        self.device = device
        self.encoder = encoder.half().to(device).eval()

    @torch.inference_mode()
    def index(self, batches):
        vectors = [self.encoder(b.to(self.device)) for b in batches]
        return torch.cat(vectors)

    @torch.inference_mode()
    def rank(self, query_ids, corpus, k=10):
        q = self.encoder(query_ids.to(self.device))
        scores = (q.float() @ corpus.float().T) / corpus.shape[1] ** 0.5
        return scores.topk(k, dim=-1)
