# origin: https://github.com/facebookresearch/fairseq/issues/3575
# kinds: overflow
import torch
import torch.nn as nn
import torch.nn.functional as F


class TwoTower(nn.Module):
    """Query / item towers for candidate retrieval, trained with in-batch softmax."""

    def __init__(self, n_queries, n_items, dim=128, temperature=0.05, fp16=True):
        super().__init__()
        self.query = nn.EmbeddingBag(n_queries, dim, mode="mean")
        self.item = nn.Embedding(n_items, dim)
        self.proj = nn.Linear(dim, dim, bias=False)
        self.temperature = temperature
        if fp16:
            self.half()

    def encode_query(self, tokens):
        return F.normalize(self.proj(self.query(tokens)).float(), dim=-1)

    def encode_item(self, ids):
        return F.normalize(self.item(ids).float(), dim=-1)

    def scores(self, tokens, ids):
        q = self.encode_query(tokens).to(self.proj.weight.dtype)
        v = self.encode_item(ids).to(self.proj.weight.dtype)
        return q @ v.t() / self.temperature


def drop_false_negatives(scores, item_ids):
    """The same item may occur twice in a batch: it must not count as a negative."""
    same = item_ids[:, None] == item_ids[None, :]
    same.fill_diagonal_(False)
    return scores.masked_fill(same, -1e9)  #!
    return scores.masked_fill(same, torch.finfo(scores.dtype).min)  #+


def in_batch_softmax(model, batch, log_popularity=None):
    scores = model.scores(batch["tokens"], batch["item"])
    if log_popularity is not None:
        scores = scores - log_popularity[batch["item"]].to(scores.dtype)
    scores = drop_false_negatives(scores, batch["item"])
    labels = torch.arange(scores.shape[0], device=scores.device)
    return F.cross_entropy(scores.float(), labels)
