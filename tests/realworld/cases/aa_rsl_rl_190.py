# origin: https://github.com/leggedrobotics/rsl_rl/pull/190
# kinds: domain underflow
import torch
import torch.nn as nn
from torch.distributions import Normal


class ActorCritic(nn.Module):
    def __init__(self, num_actor_obs, num_critic_obs, num_actions,
                 actor_hidden_dims=(256, 256, 256), critic_hidden_dims=(256, 256, 256), init_noise_std=1.0):
        super().__init__()
        self.actor = self._mlp(num_actor_obs, actor_hidden_dims, num_actions)
        self.critic = self._mlp(num_critic_obs, critic_hidden_dims, 1)
        self.std = nn.Parameter(init_noise_std * torch.ones(num_actions))  #!
        self.log_std = nn.Parameter(torch.log(init_noise_std * torch.ones(num_actions)))  #+
        self.distribution = None
        Normal.set_default_validate_args(False)

    @staticmethod
    def _mlp(num_in, hidden_dims, num_out):
        layers = []
        for dim in hidden_dims:
            layers += [nn.Linear(num_in, dim), nn.ELU()]
            num_in = dim
        layers.append(nn.Linear(num_in, num_out))
        return nn.Sequential(*layers)

    def update_distribution(self, observations):
        mean = self.actor(observations)
        self.distribution = Normal(mean, mean * 0.0 + self.std)  #!
        self.distribution = Normal(mean, mean * 0.0 + self.log_std.clamp(-5.0, 2.0).exp())  #+

    def act(self, observations):
        self.update_distribution(observations)
        return self.distribution.sample()

    def get_actions_log_prob(self, actions):
        return self.distribution.log_prob(actions).sum(dim=-1)

    @property
    def entropy(self):
        return self.distribution.entropy().sum(dim=-1)

    def evaluate(self, critic_observations):
        return self.critic(critic_observations)


def update(actor_critic, optimizer, storage, num_mini_batches=4, num_learning_epochs=5, clip_param=0.2,
           value_loss_coef=1.0, entropy_coef=0.01, max_grad_norm=1.0):
    for obs, critic_obs, actions, advantages, returns, old_log_prob in storage.mini_batch_generator(
            num_mini_batches, num_learning_epochs):
        actor_critic.act(obs)
        actions_log_prob = actor_critic.get_actions_log_prob(actions)
        value = actor_critic.evaluate(critic_obs)

        log_ratio = torch.clamp(actions_log_prob - old_log_prob, -20.0, 20.0)
        ratio = torch.exp(log_ratio)
        surrogate = -advantages * ratio
        surrogate_clipped = -advantages * torch.clamp(ratio, 1.0 - clip_param, 1.0 + clip_param)
        surrogate_loss = torch.max(surrogate, surrogate_clipped).mean()
        value_loss = (returns - value).pow(2).mean()
        loss = surrogate_loss + value_loss_coef * value_loss - entropy_coef * actor_critic.entropy.mean()

        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(actor_critic.parameters(), max_grad_norm)
        optimizer.step()
