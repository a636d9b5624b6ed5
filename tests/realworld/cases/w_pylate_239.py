# origin: https://github.com/lightonai/pylate/issues/239
# kinds: underflow domain precision
import torch
import torch.nn as nn
import torch.nn.functional as F


def colbert_kd_scores(queries, documents):
    token_scores = torch.einsum("qsh,qdth->qdst", queries, documents)
    return token_scores.max(dim=-1).values.sum(dim=-1)


class Distillation(nn.Module):
    def __init__(self, model, score_metric=colbert_kd_scores, normalize_scores=True):
        super().__init__()
        self.model = model
        self.score_metric = score_metric
        self.normalize_scores = normalize_scores
        self.loss_function = nn.KLDivLoss(reduction="batchmean", log_target=True)

    def forward(self, query_features, document_features, labels):
        queries = F.normalize(self.model(query_features), p=2, dim=-1, eps=1e-3)
        documents = F.normalize(self.model(document_features), p=2, dim=-1, eps=1e-3)
        scores = self.score_metric(queries, documents)
        if self.normalize_scores:
            max_scores = scores.max(dim=1, keepdim=True).values
            min_scores = scores.min(dim=1, keepdim=True).values
            epsilon = 1e-8  #!
            scores = (scores - min_scores) / (max_scores - min_scores + epsilon)  #!
            spread = (max_scores - min_scores).float()  #+
            spread = torch.where(spread > 0, spread, torch.ones_like(spread))  #+
            scores = (scores - min_scores).float() / spread  #+
        return self.loss_function(
            F.log_softmax(scores, dim=-1), F.log_softmax(labels, dim=-1)
        )


def train_epoch(loss_fn, loader, optimizer, scaler):
    for query_features, document_features, labels in loader:
        optimizer.zero_grad()
        with torch.autocast("cuda", dtype=torch.float16):
            loss = loss_fn(query_features, document_features, labels)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
