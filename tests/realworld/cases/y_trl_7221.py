# origin: https://github.com/huggingface/trl/issues/7221
# kinds: domain underflow
import torch
import torch.nn.functional as F


def entropy_from_logits(logits: torch.Tensor, chunk_size: int = 128) -> torch.Tensor:
    """Shannon entropy of every row of ``logits`` (..., vocab), a block of rows at a time."""
    original_shape = logits.shape[:-1]
    flat_logits = logits.reshape(-1, logits.shape[-1])
    entropies = []
    for chunk in flat_logits.split(chunk_size, dim=0):
        logps = F.log_softmax(chunk, dim=-1)
        chunk_entropy = -(torch.exp(logps) * logps).sum(-1)  #!
        probs = torch.exp(logps)  #+
        chunk_entropy = -torch.xlogy(probs, probs).sum(-1)  #+
        entropies.append(chunk_entropy)
    return torch.cat(entropies, dim=0).reshape(original_shape)


class TokenEntropyMeter:
    """Running mean of the policy entropy over the completion tokens."""

    def __init__(self, banned_token_ids=()):
        self.banned_token_ids = list(banned_token_ids)
        self.total = 0.0
        self.count = 0

    @torch.no_grad()
    def update(self, logits, completion_mask):
        if self.banned_token_ids:
            logits = logits.clone()
            logits[..., self.banned_token_ids] = float("-inf")
        entropy = entropy_from_logits(logits)
        mask = completion_mask.to(entropy.dtype)
        self.total += (entropy * mask).sum().item()
        self.count += int(mask.sum().item())

    def compute(self):
        return self.total / max(self.count, 1)
