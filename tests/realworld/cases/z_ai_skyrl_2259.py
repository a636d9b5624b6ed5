# origin: https://github.com/NovaSky-AI/SkyRL/pull/2259
# kinds: domain
import torch
import torch.nn as nn


class PaddedOutputHead(nn.Module):
    """Vocabulary projection whose padding rows can never be sampled."""

    def __init__(self, hidden, vocab_size, multiple_of=128):
        super().__init__()
        self.vocab_size = vocab_size
        padded = (vocab_size + multiple_of - 1) // multiple_of * multiple_of
        self.proj = nn.Linear(hidden, padded, bias=False)

    def forward(self, h):
        logits = self.proj(h)
        unused = torch.arange(logits.shape[-1], device=h.device) >= self.vocab_size
        return logits.masked_fill(unused, float("-inf"))


def vocab_entropy(logits):
    shifted = logits - logits.max(dim=-1, keepdim=True).values
    exp = shifted.exp()
    total = exp.sum(dim=-1, keepdim=True)
    probs = exp / total
    shifted = shifted.clamp(min=torch.finfo(shifted.dtype).min)  #+
    expected = (probs * shifted).sum(dim=-1)  #!
    expected = (probs * shifted).sum(dim=-1)  #+
    return total.squeeze(-1).log() - expected


def policy_loss(head, hidden, actions, old_logps, advantages, loss_mask, clip=0.2, entropy_coef=0.01):
    logits = head(hidden).float()
    logps = torch.log_softmax(logits, dim=-1).gather(-1, actions.unsqueeze(-1)).squeeze(-1)
    ratio = (logps - old_logps).clamp(-20, 20).exp()
    surrogate = torch.min(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages)
    entropy = vocab_entropy(logits)
    denom = loss_mask.sum().clamp_min(1)
    pg = -(surrogate * loss_mask).sum() / denom
    bonus = (entropy * loss_mask).sum() / denom
    return pg - entropy_coef * bonus, {"policy_loss": pg.item(), "policy_entropy": bonus.item()}
