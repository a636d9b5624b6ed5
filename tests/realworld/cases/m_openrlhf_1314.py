# origin: https://github.com/OpenRLHF/OpenRLHF/pull/1314
# kinds: overflow domain
import torch
import torch.nn as nn


def masked_mean(tensor, mask):
    return (tensor * mask).sum() / mask.sum().clamp(min=1)


class ReinforceLoss(nn.Module):
    """Token level policy gradient with a correction for stale rollouts."""

    def __init__(self, correction="icepop", threshold=(0.5, 5.0)):
        super().__init__()
        self.correction = correction
        self.low, self.high = threshold

    def forward(self, log_probs, old_log_probs, rollout_log_probs, advantages, action_mask):
        loss = -advantages * log_probs

        rollout_is = torch.exp(old_log_probs - rollout_log_probs).detach()
        if self.correction == "icepop":
            keep = (rollout_is >= self.low) & (rollout_is <= self.high)
            rollout_is = rollout_is * keep  #!
            rollout_is = torch.where(keep, rollout_is, torch.zeros_like(rollout_is))  #+
        else:
            rollout_is = rollout_is.clamp(min=self.low, max=self.high)

        loss = rollout_is * loss
        return masked_mean(loss, action_mask)


def actor_step(actor, optimizer, experience, loss_fn):
    log_probs = actor(experience["sequences"])
    loss = loss_fn(
        log_probs,
        experience["old_log_probs"],
        experience["rollout_log_probs"],
        experience["advantages"],
        experience["action_mask"],
    )
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
