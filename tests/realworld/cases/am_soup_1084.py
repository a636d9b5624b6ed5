# origin: https://github.com/MakazhanAlpamys/Soup/pull/1084
# kinds: overflow
import torch
import torch.nn.functional as F

MAX_LOG_RATIO = 20.0  #+


def gather_logprobs(logits, labels):
    logp = F.log_softmax(logits.float(), dim=-1)
    return torch.gather(logp, -1, labels.unsqueeze(-1)).squeeze(-1)


def group_advantages(rewards, num_generations):
    grouped = rewards.view(-1, num_generations)
    mean = grouped.mean(dim=1, keepdim=True)
    std = grouped.std(dim=1, keepdim=True, unbiased=False)
    return ((grouped - mean) / (std + 1e-4)).view(-1)


class GRPOObjective:
    def __init__(self, clip_eps=0.2, beta=0.0, variant="grpo"):
        self.clip_low = 1.0 - clip_eps
        self.clip_high = 1.0 + (0.28 if variant == "dapo" else clip_eps)
        self.beta = beta
        self.variant = variant

    def token_ratio(self, logps, old_logps, mask):
        log_ratio = logps - old_logps
        if self.variant == "gspo":
            n_tokens = mask.sum(-1).clamp(min=1)
            seq = (log_ratio * mask).sum(-1) / n_tokens
            log_ratio = seq.unsqueeze(-1).expand_as(logps)
        log_ratio = log_ratio.masked_fill(mask == 0, 0.0)  #+
        log_ratio = log_ratio.clamp(-MAX_LOG_RATIO, MAX_LOG_RATIO)  #+
        return torch.exp(log_ratio)  #!
        return torch.exp(log_ratio)  #+

    def __call__(self, logps, old_logps, advantages, completion_mask):
        mask = completion_mask.to(logps.dtype)
        adv = advantages.unsqueeze(1)
        ratio = self.token_ratio(logps, old_logps, mask)
        clipped = ratio.clamp(self.clip_low, self.clip_high)
        per_token = -torch.min(ratio * adv, clipped * adv)
        per_token = torch.where(mask.bool(), per_token, torch.zeros_like(per_token))
        if self.variant == "dapo":
            return per_token.sum() / mask.sum().clamp(min=1)
        return (per_token.sum(1) / mask.sum(1).clamp(min=1)).mean()


def compute_loss(model, batch, objective, num_generations):
    ids = batch["input_ids"]
    logits = model(ids)[:, :-1]
    logps = gather_logprobs(logits, ids[:, 1:])
    adv = group_advantages(batch["rewards"], num_generations)
    return objective(logps, batch["old_logps"], adv, batch["completion_mask"][:, 1:])
