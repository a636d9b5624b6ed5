# origin: https://github.com/emadeldeen24/TS-TCC/issues/25
# kinds: domain underflow
import numpy as np
import torch


class SupConLoss(torch.nn.Module):
    """Supervised contrastive loss on the temporal context vectors."""

    def __init__(self, device, temperature=0.2, use_cosine_similarity=False):
        super(SupConLoss, self).__init__()
        self.device = device
        self.temperature = temperature
        self.similarity_function = self._get_similarity_function(use_cosine_similarity)

    def _get_similarity_function(self, use_cosine_similarity):
        if use_cosine_similarity:
            self._cosine_similarity = torch.nn.CosineSimilarity(dim=-1)
            return self._cosine_simililarity
        return self._dot_simililarity

    @staticmethod
    def _dot_simililarity(x, y):
        return torch.tensordot(x, y.T, dims=1)

    def _cosine_simililarity(self, x, y):
        return self._cosine_similarity(x.unsqueeze(1), y.unsqueeze(0))

    def _get_logits_mask(self, size):
        diag = np.eye(size)
        mask = torch.from_numpy(1 - diag)
        return mask.type(torch.float32).to(self.device)

    def _get_positive_mask(self, labels, n_views):
        labels = labels.view(-1, 1).repeat(n_views, 1)
        return torch.eq(labels, labels.T).float().to(self.device)

    def forward(self, zis, zjs, labels):
        representations = torch.cat([zis, zjs], dim=0)
        size = representations.shape[0]
        similarity_matrix = self.similarity_function(representations, representations)
        similarity_matrix = similarity_matrix / self.temperature

        # subtract the row maximum
        logits_max, _ = torch.max(similarity_matrix, dim=1, keepdim=True)
        logits = similarity_matrix - logits_max.detach()

        logits_mask = self._get_logits_mask(size)
        positives = self._get_positive_mask(labels, 2) * logits_mask

        exp_logits = torch.exp(logits) * logits_mask  #-
        log_prob = logits - torch.log(exp_logits.sum(1, keepdim=True))  #!
        others = logits.masked_fill(logits_mask == 0, float('-inf'))  #+
        log_prob = logits - torch.logsumexp(others, dim=1, keepdim=True)  #+

        # every sample has at least its other view as a positive
        mean_log_prob_pos = (positives * log_prob).sum(1) / positives.sum(1)
        return -mean_log_prob_pos.mean()


def contrast_step(model, temporal_model, loss_fn, aug1, aug2, labels, optimizer):
    model.train()
    optimizer.zero_grad()
    c1 = temporal_model(model(aug1))
    c2 = temporal_model(model(aug2))
    loss = loss_fn(c1, c2, labels)
    loss.backward()
    optimizer.step()
    return loss.item()
