# origin: https://github.com/DLR-RM/stable-baselines3/issues/265
# kinds: domain
import numpy as np
import torch as th
from torch.nn import functional as F


class PPO:
    """Proximal Policy Optimization algorithm (PPO) (clip version)."""

    def __init__(self, policy, rollout_buffer, n_steps=2048, batch_size=64, n_epochs=10,
                 clip_range=0.2, ent_coef=0.0, vf_coef=0.5, max_grad_norm=0.5, target_kl=None):
        self.policy = policy
        self.rollout_buffer = rollout_buffer
        self.n_steps = n_steps
        self.batch_size = batch_size
        self.n_epochs = n_epochs
        self.clip_range = clip_range
        self.ent_coef = ent_coef
        self.vf_coef = vf_coef
        self.max_grad_norm = max_grad_norm
        self.target_kl = target_kl

    def train(self):
        """Update policy using the currently gathered rollout buffer."""
        pg_losses, value_losses = [], []
        for epoch in range(self.n_epochs):
            approx_kl_divs = []
            for rollout_data in self.rollout_buffer.get(self.batch_size):
                actions = rollout_data.actions
                values, log_prob, entropy = self.policy.evaluate_actions(rollout_data.observations, actions)
                values = values.flatten()
                advantages = rollout_data.advantages
                if len(advantages) > 1:  #+
                    advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)  #+
                advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)  #!

                ratio = th.exp(log_prob - rollout_data.old_log_prob)
                policy_loss_1 = advantages * ratio
                policy_loss_2 = advantages * th.clamp(ratio, 1 - self.clip_range, 1 + self.clip_range)
                policy_loss = -th.min(policy_loss_1, policy_loss_2).mean()
                pg_losses.append(policy_loss.item())

                value_loss = F.mse_loss(rollout_data.returns, values)
                value_losses.append(value_loss.item())

                entropy_loss = -th.mean(entropy)
                loss = policy_loss + self.ent_coef * entropy_loss + self.vf_coef * value_loss

                self.policy.optimizer.zero_grad()
                loss.backward()
                th.nn.utils.clip_grad_norm_(self.policy.parameters(), self.max_grad_norm)
                self.policy.optimizer.step()
                approx_kl_divs.append(th.mean(rollout_data.old_log_prob - log_prob).detach().cpu().numpy())

            if self.target_kl is not None and np.mean(approx_kl_divs) > 1.5 * self.target_kl:
                break
        return np.mean(pg_losses), np.mean(value_losses)
