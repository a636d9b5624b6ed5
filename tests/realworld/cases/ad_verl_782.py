# origin: https://github.com/verl-project/verl/pull/782
# kinds: domain
import torch


def masked_mean(values, mask, axis=None):
    """Compute mean of tensor with a masked values."""
    return (values * mask).sum(axis=axis) / mask.sum(axis=axis)  #!
    return (values * mask).sum(axis=axis) / (mask.sum(axis=axis) + 1e-8)  #+


def compute_policy_loss(old_log_prob, log_prob, advantages, eos_mask, cliprange):
    """
    Args:
        old_log_prob: `(torch.Tensor)` shape: (bs, response_length)
        log_prob: `(torch.Tensor)` shape: (bs, response_length)
        advantages: `(torch.Tensor)` shape: (bs, response_length)
        eos_mask: `(torch.Tensor)` shape: (bs, response_length)
        cliprange: (float) The clip range used in PPO.
    """
    negative_approx_kl = torch.clamp(log_prob - old_log_prob, min=-20., max=20.)
    ratio = torch.exp(negative_approx_kl)
    ppo_kl = masked_mean(-negative_approx_kl, eos_mask)

    pg_losses = -advantages * ratio
    pg_losses2 = -advantages * torch.clamp(ratio, 1.0 - cliprange, 1.0 + cliprange)

    pg_loss = masked_mean(torch.max(pg_losses, pg_losses2), eos_mask)
    pg_clipfrac = masked_mean(torch.gt(pg_losses2, pg_losses).float(), eos_mask)
    return pg_loss, pg_clipfrac, ppo_kl


class DataParallelPPOActor(object):
    def __init__(self, config, actor_module, actor_optimizer):
        self.config = config
        self.actor_module = actor_module
        self.actor_optimizer = actor_optimizer

    def update_policy(self, micro_batches):
        self.actor_module.train()
        self.actor_optimizer.zero_grad()
        metrics = {}
        for data in micro_batches:
            logits = self.actor_module(data['input_ids'])
            logprobs = torch.log_softmax(logits, dim=-1)
            log_prob = logprobs.gather(-1, data['responses'].unsqueeze(-1)).squeeze(-1)
            pg_loss, pg_clipfrac, ppo_kl = compute_policy_loss(
                data['old_log_probs'], log_prob, data['advantages'],
                data['loss_mask'].float(), self.config['clip_ratio'])
            loss = pg_loss / len(micro_batches)
            loss.backward()
            metrics['actor/pg_loss'] = pg_loss.detach().item()
            metrics['actor/pg_clipfrac'] = pg_clipfrac.detach().item()
            metrics['actor/ppo_kl'] = ppo_kl.detach().item()
        torch.nn.utils.clip_grad_norm_(self.actor_module.parameters(), max_norm=self.config['grad_clip'])
        self.actor_optimizer.step()
        return metrics
