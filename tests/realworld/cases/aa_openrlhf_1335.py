# origin: https://github.com/OpenRLHF/OpenRLHF/pull/1335
# kinds: overflow domain
from typing import Optional

import torch
import torch.nn as nn


def masked_mean(tensor, mask: Optional[torch.Tensor], dim: int = None):
    if mask is None:
        return tensor.mean(dim=dim)
    return (tensor * mask).sum(dim=dim) / mask.sum(dim=dim)  #-
    return (tensor * mask).sum(dim=dim) / mask.sum(dim=dim).clamp(min=1)  #+


def compute_approx_kl(log_probs, log_probs_base, kl_estimator="k1"):
    """Approximate KL divergence between the policy and the reference model.

    Schulman blog: http://joschu.net/blog/kl-approx.html
    """
    if kl_estimator == "k1":
        log_ratio = log_probs.float() - log_probs_base.float()

    if kl_estimator == "k2":
        log_ratio = log_probs.float() - log_probs_base.float()
        log_ratio = log_ratio**2 / 2.0

    if kl_estimator == "k3":
        log_ratio = log_probs.float() - log_probs_base.float()
        log_ratio = -log_ratio
        log_ratio = log_ratio.clamp(max=10)  #+
        log_ratio = log_ratio.exp() - 1 - log_ratio  #*

    log_ratio = log_ratio.clamp(min=-10, max=10)
    return log_ratio


class PolicyLoss(nn.Module):
    def __init__(self, clip_eps_low=0.2, clip_eps_high=0.2):
        super().__init__()
        self.clip_eps_low = clip_eps_low
        self.clip_eps_high = clip_eps_high

    def forward(self, log_probs, old_log_probs, advantages, action_mask=None):
        ratio = (log_probs - old_log_probs).clamp(-20, 20).exp()
        surr1 = ratio * advantages
        surr2 = ratio.clamp(1 - self.clip_eps_low, 1 + self.clip_eps_high) * advantages
        loss = -torch.min(surr1, surr2)
        return masked_mean(loss, action_mask, dim=-1).mean()


def training_step_actor(actor, experience, actor_loss_fn, optimizer, kl_coef=1e-3, max_norm=1.0):
    actor.train()
    action_log_probs = actor(experience["sequences"], experience["action_mask"])
    actor_loss = actor_loss_fn(
        action_log_probs,
        experience["action_log_probs"],
        experience["advantages"],
        action_mask=experience["action_mask"],
    )
    kl = compute_approx_kl(action_log_probs, experience["base_action_log_probs"], kl_estimator="k3")
    kl_loss = masked_mean(kl, experience["action_mask"])
    loss = actor_loss + kl_loss * kl_coef

    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(actor.parameters(), max_norm)
    optimizer.step()
    return {"policy_loss": actor_loss.item(), "kl": kl_loss.item()}
