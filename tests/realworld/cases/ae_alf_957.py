# origin: https://github.com/HorizonRobotics/alf/pull/957
# kinds: domain
import torch
import torch.distributions as td
import torch.nn as nn
import torch.nn.functional as F


class Beta(td.Beta):
    """Beta distribution with the parameterization used by the actor networks."""

    def rsample(self, sample_shape=()):  #+
        x = super(Beta, self).rsample(sample_shape)  #+
        eps = torch.finfo(x.dtype).eps  #+
        return torch.clamp(x, min=eps, max=1 - eps)  #+
  #+
    @property
    def mode(self):
        alpha, beta = self.concentration1, self.concentration0
        return torch.where(alpha > beta, torch.ones_like(alpha), torch.zeros_like(alpha))


class BetaProjectionNetwork(nn.Module):
    """Beta projection network.

    Its output is a distribution with independent beta distribution for each
    action dimension, transformed to the range of the action spec.
    """

    def __init__(self, input_size, action_low, action_high, min_concentration=0.):
        super().__init__()
        self.register_buffer("loc", torch.as_tensor(action_low))
        self.register_buffer("scale", torch.as_tensor(action_high) - torch.as_tensor(action_low))
        self._min_concentration = min_concentration
        self._concentration_projection_layer = nn.Linear(input_size, 2 * len(action_low))

    def forward(self, inputs):
        concentration = self._min_concentration + F.softplus(self._concentration_projection_layer(inputs))
        concentration = concentration.clamp(min=1e-3)  #+
        concentration10 = concentration.chunk(2, dim=-1)
        beta = Beta(*concentration10)
        return td.Independent(
            td.TransformedDistribution(beta, td.AffineTransform(loc=self.loc, scale=self.scale)), 1)


class SacActor(nn.Module):
    def __init__(self, obs_dim, action_low, action_high, hidden=128, alpha=0.05):
        super().__init__()
        self.alpha = alpha
        self.encoding = nn.Sequential(
            nn.Linear(obs_dim, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.projection = BetaProjectionNetwork(hidden, action_low, action_high)

    def forward(self, observation):
        return self.projection(self.encoding(observation))

    def actor_loss(self, observation, critic):
        action_dist = self(observation)
        action = action_dist.rsample()  #*
        log_pi = action_dist.log_prob(action)
        q_value = critic(observation, action)
        return (self.alpha * log_pi - q_value).mean()


def update(actor, critic, optimizer, observation):
    optimizer.zero_grad()
    loss = actor.actor_loss(observation, critic)
    loss.backward()
    optimizer.step()
    return loss.detach()
