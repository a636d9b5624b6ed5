# origin: https://github.com/OpenRLHF/OpenRLHF/pull/1293
# kinds: overflow
import torch
import torch.nn as nn


def masked_mean(tensor, mask, dim=None):
    if dim is None:
        return (tensor * mask).sum() / mask.sum().clamp(min=1)
    return (tensor * mask).sum(dim=dim) / mask.sum(dim=dim).clamp(min=1)


class PolicyLoss(nn.Module):
    def __init__(self, clip_eps_low=0.2, clip_eps_high=0.2, policy_loss_type="ppo"):
        super().__init__()
        self.clip_eps_low = clip_eps_low
        self.clip_eps_high = clip_eps_high
        self.policy_loss_type = policy_loss_type

    def forward(self, log_probs, old_log_probs, advantages, action_mask):
        raw_log_ratio = log_probs - old_log_probs
        policy_log_ratio = raw_log_ratio.clamp(min=-20.0, max=20.0)
        if self.policy_loss_type == "ppo":
            ratio = policy_log_ratio.exp()
        elif self.policy_loss_type == "gspo":
            mean_log_ratio = masked_mean(raw_log_ratio, action_mask, dim=-1)
            ratio = mean_log_ratio.exp().unsqueeze(-1) * action_mask  #!
            ratio = mean_log_ratio.clamp(min=-20.0, max=20.0).exp().unsqueeze(-1) * action_mask  #+
        else:
            raise ValueError(f"invalid policy loss type: {self.policy_loss_type}")

        surr1 = ratio * advantages
        surr2 = ratio.clamp(1 - self.clip_eps_low, 1 + self.clip_eps_high) * advantages
        loss = -torch.min(surr1, surr2)
        clip_ratio = masked_mean(torch.lt(surr2, surr1).float(), action_mask)
        policy_loss = masked_mean(loss, action_mask, dim=-1).mean()
        return policy_loss, clip_ratio.detach(), policy_log_ratio.detach()


def training_step_actor(actor, optimizer, loss_fn, experience, max_norm=1.0):
    log_probs = actor(experience["sequences"], experience["action_mask"])
    loss, clip_ratio, _ = loss_fn(
        log_probs, experience["action_log_probs"], experience["advantages"], experience["action_mask"])
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(actor.parameters(), max_norm)
    optimizer.step()
    return {"policy_loss": loss.item(), "clip_ratio": clip_ratio.item()}
