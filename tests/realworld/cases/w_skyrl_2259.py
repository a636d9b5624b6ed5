# origin: https://github.com/NovaSky-AI/SkyRL/pull/2259
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def mask_padded_vocab(logits, vocab_size):
    padding = torch.arange(logits.size(-1), device=logits.device) >= vocab_size
    return logits.masked_fill(padding, float("-inf"))


def entropy_from_logits(logits):
    pd = torch.softmax(logits, dim=-1)
    lse = torch.logsumexp(logits, dim=-1)
    return lse - torch.sum(pd * logits, dim=-1)  #!
    finite = logits.clamp(min=torch.finfo(logits.dtype).min)  #+
    return lse - torch.sum(pd * finite, dim=-1)  #+


class PolicyWorker(nn.Module):
    def __init__(self, model, vocab_size, entropy_coef=0.01, eps_clip=0.2):
        super().__init__()
        self.model = model
        self.vocab_size = vocab_size
        self.entropy_coef = entropy_coef
        self.eps_clip = eps_clip

    def forward(self, sequences, old_log_probs, advantages, mask):
        logits = mask_padded_vocab(self.model(sequences).float(), self.vocab_size)[:, :-1]
        labels = sequences[:, 1:].unsqueeze(-1)
        log_probs = F.log_softmax(logits, dim=-1).gather(-1, labels).squeeze(-1)
        delta = (log_probs - old_log_probs).clamp(-20.0, 20.0)
        ratio = delta.exp()
        clipped = ratio.clamp(1 - self.eps_clip, 1 + self.eps_clip)
        policy_loss = -torch.min(ratio * advantages, clipped * advantages)
        count = mask.sum().clamp(min=1)
        entropy = (entropy_from_logits(logits) * mask).sum() / count
        return (policy_loss * mask).sum() / count - self.entropy_coef * entropy
