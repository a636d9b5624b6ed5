import copy

import torch
import torch.nn.functional as F
from torch import nn


def mlp(*sizes):
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Agent:
    """TD3+BC with a single critic."""

    def __init__(self, n_obs, n_act, gamma=0.97, alpha=2.5, tau=0.01, delay=2, actor_from=30):
        self.actor = mlp(n_obs, 48, n_act)
        self.critic = mlp(n_obs + n_act, 64, 64, 1)
        nn.init.zeros_(self.critic[-1].weight)
        nn.init.zeros_(self.critic[-1].bias)
        self.target = copy.deepcopy(self.critic)
        self.critic_opt = torch.optim.Adam(self.critic.parameters(), lr=1e-3)
        self.actor_opt = torch.optim.Adam(self.actor.parameters(), lr=5e-4)
        self.gamma, self.alpha, self.tau = gamma, alpha, tau
        self.delay, self.actor_from, self.updates = delay, actor_from, 0

    def act(self, obs):
        return torch.tanh(self.actor(obs))

    def value(self, net, obs, act):
        return net(torch.cat([obs, act], -1)).squeeze(-1)

    def update_critic(self, obs, act, reward, nxt):
        with torch.no_grad():
            noise = (0.2 * torch.randn_like(act)).clamp(-0.5, 0.5)
            goal = reward + self.gamma * self.value(self.target, nxt, (self.act(nxt) + noise).clamp(-1, 1))
        loss = F.mse_loss(self.value(self.critic, obs, act), goal)
        self.critic_opt.zero_grad()
        loss.backward()
        self.critic_opt.step()
        return loss.item()

    def update_actor(self, obs, act):
        pi = self.act(obs)
        q = self.value(self.critic, obs, pi)
        lam = self.alpha / q.abs().mean().detach()
        loss = -lam * q.mean() + F.mse_loss(pi, act)
        self.actor_opt.zero_grad()
        loss.backward()
        self.actor_opt.step()
        return loss.item()

    def update(self, obs, act, reward, nxt):
        self.updates += 1
        report = {"critic": self.update_critic(obs, act, reward, nxt)}
        if self.updates > self.actor_from and self.updates % self.delay == 0:
            report["actor"] = self.update_actor(obs, act)
        with torch.no_grad():
            for slow, fast in zip(self.target.parameters(), self.critic.parameters()):
                slow.lerp_(fast, self.tau)
        return report
