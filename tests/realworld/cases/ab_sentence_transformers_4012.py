# origin: https://github.com/huggingface/sentence-transformers/pull/4012
# kinds: overflow underflow
import torch
from torch import Tensor, nn


class PListMLELoss(nn.Module):
    """Position-aware ListMLE for reranker (cross encoder) training."""

    def __init__(self, model, lambda_weight=None, respect_input_order=True):
        super().__init__()
        self.model = model
        self.lambda_weight = lambda_weight
        self.respect_input_order = respect_input_order
        self.eps = 1e-10

    def forward(self, inputs: list, labels: list[Tensor]) -> Tensor:
        queries, docs_list = inputs
        docs_per_query = [len(docs) for docs in docs_list]
        max_docs = max(docs_per_query)
        batch_size = len(queries)
        pairs = [(query, document) for query, docs in zip(queries, docs_list) for document in docs]

        logits = self.model(pairs).view(-1)

        logits_matrix = torch.zeros((batch_size, max_docs), device=logits.device)
        labels_matrix = torch.full_like(logits_matrix, -float("inf"))
        doc_indices = torch.cat([torch.arange(n) for n in docs_per_query], dim=0)
        batch_indices = torch.repeat_interleave(torch.arange(batch_size), torch.tensor(docs_per_query))
        logits_matrix[batch_indices, doc_indices] = logits
        labels_matrix[batch_indices, doc_indices] = torch.cat(labels, dim=0).float()
        mask = labels_matrix != -float("inf")

        if not self.respect_input_order:
            sorted_labels, indices = labels_matrix.sort(descending=True, dim=1)
            mask = mask.gather(1, indices)
            sorted_logits = logits_matrix.gather(1, indices)
        else:
            sorted_logits = logits_matrix

        scores = sorted_logits.exp() * mask  #!
        cumulative_sum = torch.flip(torch.cumsum(torch.flip(scores, dims=[1]), dim=1), dims=[1])  #-
        log_probs = sorted_logits - torch.log(cumulative_sum + self.eps)  #!
        masked_logits = sorted_logits.masked_fill(~mask, -1e9)  #+
        log_normalizer = torch.flip(torch.logcumsumexp(torch.flip(masked_logits, dims=[1]), dim=1), dims=[1])  #+
        log_probs = sorted_logits - log_normalizer  #+
        log_probs = log_probs.masked_fill(~mask, 0.0)

        if self.lambda_weight is not None:
            log_probs = log_probs * self.lambda_weight(mask)
        loss = -log_probs.sum(dim=1).mean()
        return loss
