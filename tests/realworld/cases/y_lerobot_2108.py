# origin: https://github.com/huggingface/lerobot/issues/2108
# kinds: overflow domain
import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal, TanhTransform, TransformedDistribution


class Policy(nn.Module):
    """Squashed Gaussian actor of the learner."""

    def __init__(self, encoder, network, action_dim, std_min=-5.0, std_max=2.0, init_final=0.05):
        super().__init__()
        self.encoder = encoder
        self.network = network
        self.std_min = std_min
        self.std_max = std_max
        out_features = network[-2].out_features
        self.mean_layer = nn.Linear(out_features, action_dim)
        nn.init.uniform_(self.mean_layer.weight, -init_final, init_final)
        self.std_layer = nn.Linear(out_features, action_dim)

    def forward(self, observations: dict) -> tuple[Tensor, Tensor, Tensor]:
        obs_enc = self.encoder(observations)
        outputs = self.network(obs_enc)
        means = self.mean_layer(outputs)
        log_std = self.std_layer(outputs)
        std = torch.exp(log_std)  #!
        std = torch.clamp(std, self.std_min, self.std_max)  #!
        log_std = torch.clamp(log_std, self.std_min, self.std_max)  #+
        std = torch.exp(log_std)  #+

        dist = TransformedDistribution(Normal(means, std), [TanhTransform(cache_size=1)])
        dist = Independent(dist, 1)
        actions = dist.rsample()
        log_probs = dist.log_prob(actions)
        return actions, log_probs, means


def actor_loss(policy, critic, temperature, observations):
    actions, log_probs, _ = policy(observations)
    q = critic(observations, actions).min(dim=0)[0]
    return (temperature * log_probs - q).mean()
