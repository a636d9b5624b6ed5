# origin: https://github.com/lightonai/pylate/issues/239
# kinds: domain underflow
import torch
from torch import nn
import torch.nn.functional as F


def colbert_kd_scores(queries, documents, mask):
    """Late interaction scores: (batch, queries, dim) against (batch, candidates, tokens, dim)."""
    sim = torch.einsum("bqd,bctd->bcqt", queries, documents)
    sim = sim.masked_fill(~mask[:, :, None, :], -100.0)
    return sim.amax(-1).sum(-1)


class Distillation(nn.Module):
    def __init__(self, model, normalize_scores=True):
        super().__init__()
        self.model = model.half()
        self.normalize_scores = normalize_scores
        self.loss_function = nn.KLDivLoss(reduction="batchmean", log_target=True)

    def forward(self, query_tokens, document_tokens, document_mask, labels):
        queries = F.normalize(self.model(query_tokens.half()), dim=-1, eps=1e-4)
        documents = F.normalize(self.model(document_tokens.half()), dim=-1, eps=1e-4)
        scores = colbert_kd_scores(queries, documents, document_mask)
        scores = scores.float()  #+
        if self.normalize_scores:
            max_scores = scores.max(dim=1, keepdim=True).values
            min_scores = scores.min(dim=1, keepdim=True).values
            epsilon = 1e-8  #-
            scores = (scores - min_scores) / (max_scores - min_scores + epsilon)  #!
            scores = (scores - min_scores) / (max_scores - min_scores).clamp(min=1e-3)  #+
        return self.loss_function(
            F.log_softmax(scores.float(), dim=-1),
            F.log_softmax(labels.float(), dim=-1),
        )
