# origin: https://github.com/tonyduan/mixture-density-network/pull/4
# kinds: domain underflow
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal


class MixtureDensityNetwork(nn.Module):
    """Mixture of K diagonal Gaussians whose weights and parameters depend on x."""

    def __init__(self, dim_in, dim_out, n_components):
        super().__init__()
        self.pi_network = CategoricalNetwork(dim_in, n_components)
        self.normal_network = MixtureDiagNormalNetwork(dim_in, dim_out, n_components)

    def forward(self, x):
        return self.pi_network(x), self.normal_network(x)

    def loss(self, x, y):
        pi, normal = self.forward(x)
        loglik = normal.log_prob(y.unsqueeze(1).expand_as(normal.loc))
        loglik = torch.sum(loglik, dim=2)
        loss = -torch.logsumexp(torch.log(pi) + loglik, dim=1)  #!
        loss = -torch.logsumexp(pi + loglik, dim=1)  #+
        return loss


class MixtureDiagNormalNetwork(nn.Module):
    def __init__(self, in_dim, out_dim, n_components, hidden_dim=32):
        super().__init__()
        self.n_components = n_components
        self.network = nn.Sequential(
            nn.Linear(in_dim, hidden_dim), nn.ELU(), nn.Linear(hidden_dim, 2 * out_dim * n_components)
        )

    def forward(self, x):
        params = self.network(x)
        mean, sd = torch.split(params, params.shape[1] // 2, dim=1)
        mean = torch.stack(mean.split(mean.shape[1] // self.n_components, 1))
        sd = torch.stack(sd.split(sd.shape[1] // self.n_components, 1))
        return Normal(mean.transpose(0, 1), (F.elu(sd) + 1 + 1e-7).transpose(0, 1))


class CategoricalNetwork(nn.Module):
    def __init__(self, in_dim, n_components, hidden_dim=32):
        super().__init__()
        self.network = nn.Sequential(nn.Linear(in_dim, hidden_dim), nn.ELU(), nn.Linear(hidden_dim, n_components))

    def forward(self, x):
        return torch.softmax(self.network(x), dim=1)  #!
        return torch.log_softmax(self.network(x), dim=1)  #+
