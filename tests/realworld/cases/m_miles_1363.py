# origin: https://github.com/radixark/miles/pull/1363
# kinds: overflow
import torch


def compute_policy_loss(ppo_kl, advantages, eps_clip, eps_clip_high):
    ratio = (-ppo_kl).exp()  #!
    ratio = (-ppo_kl).float().clamp(min=-20.0, max=20.0).exp()  #+
    pg_losses1 = -ratio * advantages
    pg_losses2 = -ratio.clamp(1 - eps_clip, 1 + eps_clip_high) * advantages
    clipfrac = (pg_losses2 > pg_losses1).float()
    return torch.maximum(pg_losses1, pg_losses2), clipfrac


def masked_mean(values, mask):
    return (values * mask).sum() / mask.sum().clamp(min=1)


def policy_loss_function(args, batch, log_probs):
    old_log_probs = batch["rollout_log_probs"]
    loss_mask = batch["loss_mask"].float()
    ppo_kl = old_log_probs - log_probs
    pg_loss, clipfrac = compute_policy_loss(
        ppo_kl, batch["advantages"], args["eps_clip"], args["eps_clip_high"]
    )
    pg_loss = masked_mean(pg_loss, loss_mask)
    metrics = {
        "pg_loss": pg_loss.detach(),
        "pg_clipfrac": masked_mean(clipfrac, loss_mask).detach(),
        "ppo_kl": masked_mean(ppo_kl.detach(), loss_mask),
    }
    return pg_loss, metrics
