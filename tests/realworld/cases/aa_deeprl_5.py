# origin: https://github.com/ShangtongZhang/DeepRL/pull/5
# kinds: underflow domain
import numpy as np
import torch
import torch.nn as nn


class GaussianActorNet(nn.Module):
    """Continuous policy with a state dependent standard deviation."""

    def __init__(self, state_dim, action_dim, action_scale=1.0, hidden=64):
        super().__init__()
        self.fc1 = nn.Linear(state_dim, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.action_mean = nn.Linear(hidden, action_dim)
        self.action_std = nn.Linear(hidden, action_dim)
        self.action_scale = action_scale

    def forward(self, x):
        phi = torch.relu(self.fc1(x))
        phi = torch.relu(self.fc2(phi))
        mean = self.action_scale * torch.tanh(self.action_mean(phi))
        log_std = self.action_std(phi)
        std = torch.nn.functional.softplus(log_std)
        return mean, std


class ContinuousAdvantageActorCritic:
    def __init__(self, actor, critic, lr=1e-4, gradient_clip=40, entropy_weight=0.01):
        self.actor = actor
        self.critic = critic
        self.actor_opt = torch.optim.RMSprop(actor.parameters(), lr)
        self.critic_opt = torch.optim.RMSprop(critic.parameters(), lr)
        self.gradient_clip = gradient_clip
        self.entropy_weight = entropy_weight

    def sample(self, mean, std):
        return (mean + std * torch.randn_like(mean)).detach()

    def log_density(self, x, mean, std):
        std = std + 1e-5  #+
        var = std.pow(2)
        log_density = -(x - mean).pow(2) / (2 * var) - 0.5 * np.log(2 * np.pi) - torch.log(std)  #*
        return log_density.sum(1, keepdim=True)

    def entropy(self, std):
        return (0.5 + 0.5 * np.log(2 * np.pi) + torch.log(std + 1e-5)).sum(1, keepdim=True)

    def learn(self, states, actions, returns):
        value = self.critic(states)
        advantage = (returns - value).detach()
        mean, std = self.actor(states)
        log_prob = self.log_density(actions, mean, std)
        policy_loss = -(log_prob * advantage).mean() - self.entropy_weight * self.entropy(std).mean()
        value_loss = 0.5 * (returns - value).pow(2).mean()

        self.actor_opt.zero_grad()
        policy_loss.backward()
        nn.utils.clip_grad_norm_(self.actor.parameters(), self.gradient_clip)
        self.actor_opt.step()

        self.critic_opt.zero_grad()
        value_loss.backward()
        nn.utils.clip_grad_norm_(self.critic.parameters(), self.gradient_clip)
        self.critic_opt.step()
        return policy_loss.item(), value_loss.item()
