# origin: https://github.com/pyro-ppl/pyro/pull/1943
# kinds: domain vanishing
import torch
import torch.nn.functional as F
from torch.distributions import Categorical


class SequenceScorer:
    """Scores candidate sentences by their likelihood under a causal model."""

    def __init__(self, model, pad_id=0, temperature=1.0, length_power=0.8):
        self.model = model
        self.pad_id = pad_id
        self.temperature = temperature
        self.length_power = length_power

    def token_log_probs(self, ids):
        logits = self.model(ids[:, :-1]) / self.temperature
        target = ids[:, 1:]
        probs = F.softmax(logits.float(), dim=-1)  #-
        step = Categorical(probs=probs).log_prob(target)  #!
        step = Categorical(logits=logits.float()).log_prob(target)  #+
        return step * target.ne(self.pad_id)

    def sequence_score(self, ids):
        logp = self.token_log_probs(ids)
        length = ids[:, 1:].ne(self.pad_id).sum(-1).clamp(min=1)
        return logp.sum(-1) / length ** self.length_power

    @torch.no_grad()
    def rerank(self, candidates):
        order = self.sequence_score(candidates).argsort(descending=True)
        return candidates[order]


def preference_loss(scorer, frozen, better, worse, beta=0.1):
    with torch.no_grad():
        ref_b = frozen.token_log_probs(better).sum(-1)
        ref_w = frozen.token_log_probs(worse).sum(-1)
    gain_b = scorer.token_log_probs(better).sum(-1) - ref_b
    gain_w = scorer.token_log_probs(worse).sum(-1) - ref_w
    return -F.logsigmoid(beta * (gain_b - gain_w)).mean()


def train_epoch(scorer, frozen, loader, optim, max_norm=1.0):
    total = 0.0
    for better, worse in loader:
        optim.zero_grad(set_to_none=True)
        loss = preference_loss(scorer, frozen, better, worse)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(scorer.model.parameters(), max_norm)
        optim.step()
        total += loss.item()
    return total / max(len(loader), 1)
