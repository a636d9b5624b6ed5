# origin: https://github.com/radixark/miles/pull/1363
# kinds: overflow domain
import torch


def gather_log_probs(logits: torch.Tensor, tokens: torch.Tensor, temperature: float = 1.0) -> torch.Tensor:
    logps = torch.log_softmax(logits.float() / temperature, dim=-1)
    return logps.gather(-1, tokens.unsqueeze(-1)).squeeze(-1)


def compute_policy_loss(ppo_kl, advantages, eps_clip, eps_clip_high, eps_clip_c=None):
    """ppo_kl is old_log_probs - log_probs, token by token."""
    ratio = (-ppo_kl).exp()  #!
    ratio = (-ppo_kl).clamp(-20.0, 20.0).exp()  #+
    pg_losses1 = -ratio * advantages  #*
    pg_losses2 = -ratio.clamp(1 - eps_clip, 1 + eps_clip_high) * advantages
    pg_losses = torch.maximum(pg_losses1, pg_losses2)
    clipfrac = torch.gt(pg_losses2, pg_losses1).float()
    if eps_clip_c is not None:
        pg_losses3 = -eps_clip_c * advantages
        lower = torch.min(pg_losses3, pg_losses)
        pg_losses = torch.where(advantages < 0, lower, pg_losses)
    return pg_losses, clipfrac


def policy_loss_function(args, batch, logits):
    log_probs = gather_log_probs(logits, batch["tokens"], args.rollout_temperature)
    old_log_probs = batch["rollout_log_probs"] if args.use_rollout_logprobs else batch["log_probs"]
    advantages = batch["advantages"]
    mask = batch["loss_mask"].float()

    ppo_kl = old_log_probs - log_probs
    pg_loss, clipfrac = compute_policy_loss(ppo_kl, advantages, args.eps_clip, args.eps_clip_high)
    denom = mask.sum().clamp(min=1)
    pg_loss = (pg_loss * mask).sum() / denom
    metrics = {
        "pg_loss": pg_loss.detach(),
        "clipfrac": ((clipfrac * mask).sum() / denom).detach(),
        "ppo_kl": ((ppo_kl * mask).sum() / denom).detach(),
    }
    return pg_loss, metrics
