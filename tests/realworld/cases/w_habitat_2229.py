# origin: https://github.com/facebookresearch/habitat-lab/pull/2229
# kinds: explosion method
import torch
import torch.nn as nn


class PPO(nn.Module):
    def __init__(self, actor_critic, clip_param=0.2, value_coef=0.5, max_grad_norm=0.5, lr=2.5e-4):
        super().__init__()
        self.actor_critic = actor_critic
        self.clip_param = clip_param
        self.value_loss_coef = value_coef
        self.max_grad_norm = max_grad_norm
        self.optimizer = torch.optim.Adam(actor_critic.parameters(), lr=lr, eps=1e-5)

    def _update_from_batch(self, batch):
        values, log_probs = self.actor_critic(batch["observations"], batch["actions"])
        ratio = torch.exp((log_probs - batch["log_probs"]).clamp(-20.0, 20.0))
        clipped = ratio.clamp(1 - self.clip_param, 1 + self.clip_param)
        action_loss = -torch.min(ratio * batch["advantages"], clipped * batch["advantages"]).mean()
        value_loss = 0.5 * (batch["returns"] - values).pow(2).mean()
        self.optimizer.zero_grad()
        loss = action_loss + self.value_loss_coef * value_loss
        loss.backward()
        nn.utils.clip_grad_norm_(self.actor_critic.parameters(), self.max_grad_norm)  #!
        self.optimizer.step()  #-
        grad_norm = nn.utils.clip_grad_norm_(self.actor_critic.parameters(), self.max_grad_norm)  #+
        if torch.isfinite(grad_norm):  #+
            self.optimizer.step()  #+
        return loss.detach()

    def update(self, batches):
        losses = [self._update_from_batch(b) for b in batches]
        return torch.stack(losses).mean().item()
