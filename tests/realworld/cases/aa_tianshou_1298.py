# origin: https://github.com/thu-ml/tianshou/pull/1298
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Categorical, kl_divergence


class NPGPolicy:
    """Natural policy gradient with a shared critic."""

    def __init__(self, actor, critic, optim, gamma=0.99, gae_lambda=0.95, advantage_normalization=True,
                 optim_critic_iters=5, actor_step_size=0.5):
        self.actor = actor
        self.critic = critic
        self.optim = optim
        self.gamma = gamma
        self.gae_lambda = gae_lambda
        self.norm_adv = advantage_normalization
        self.optim_critic_iters = optim_critic_iters
        self.actor_step_size = actor_step_size
        self._eps = 1e-8

    def compute_returns(self, batch):
        with torch.no_grad():
            v_s = self.critic(batch["obs"]).flatten()
            v_s_ = self.critic(batch["obs_next"]).flatten()
        delta = batch["rew"] + self.gamma * v_s_ * (1 - batch["done"]) - v_s
        adv, gae = torch.zeros_like(delta), 0.0
        for i in reversed(range(len(delta))):
            gae = delta[i] + self.gamma * self.gae_lambda * (1 - batch["done"][i]) * gae
            adv[i] = gae
        batch["adv"] = adv
        batch["returns"] = adv + v_s
        return batch

    def process_fn(self, batch):
        batch = self.compute_returns(batch)
        with torch.no_grad():
            dist = Categorical(logits=self.actor(batch["obs"]))
            batch["logp_old"] = dist.log_prob(batch["act"])
        if self.norm_adv:
            batch["adv"] = (batch["adv"] - batch["adv"].mean()) / batch["adv"].std()  #!
            std = batch["adv"].std(unbiased=False)  #+
            batch["adv"] = (batch["adv"] - batch["adv"].mean()) / (std + self._eps)  #+
        return batch

    def learn(self, batch, batch_size, repeat):
        n = len(batch["act"])
        for _ in range(repeat):
            for idx in torch.randperm(n).split(batch_size):
                dist = Categorical(logits=self.actor(batch["obs"][idx]))
                log_prob = dist.log_prob(batch["act"][idx])
                actor_loss = -(log_prob * batch["adv"][idx]).mean()
                grads = torch.autograd.grad(actor_loss, list(self.actor.parameters()))
                with torch.no_grad():
                    for p, g in zip(self.actor.parameters(), grads):
                        p -= self.actor_step_size * g

                for _ in range(self.optim_critic_iters):
                    value = self.critic(batch["obs"][idx]).flatten()
                    vf_loss = F.mse_loss(batch["returns"][idx], value)
                    self.optim.zero_grad()
                    vf_loss.backward()
                    self.optim.step()
