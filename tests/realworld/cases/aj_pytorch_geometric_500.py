# origin: https://github.com/pyg-team/pytorch_geometric/issues/500
# kinds: overflow
import torch
import torch.nn.functional as F
from torch import nn


class DynamicsMember(nn.Module):
    """One network of a probabilistic ensemble: predicts the change of state."""

    def __init__(self, obs_dim, act_dim, hidden=200):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(obs_dim + act_dim, hidden),
            nn.SiLU(),
            nn.Linear(hidden, hidden),
            nn.SiLU(),
            nn.Linear(hidden, 2 * obs_dim),
        )
        self.max_log_var = 2.0  #+
        self.min_log_var = -10.0  #+

    def forward(self, obs, act):
        mean, log_var = self.net(torch.cat([obs, act], -1)).chunk(2, dim=-1)
        log_var = self.max_log_var - F.softplus(self.max_log_var - log_var)  #+
        log_var = self.min_log_var + F.softplus(log_var - self.min_log_var)  #+
        return mean, log_var

    def nll(self, obs, act, next_obs):
        mean, log_var = self(obs, act)
        err = (next_obs - obs - mean).square()
        return (err * torch.exp(-log_var) + log_var).mean()  #*


class Ensemble(nn.Module):
    def __init__(self, size, obs_dim, act_dim):
        super().__init__()
        self.members = nn.ModuleList(DynamicsMember(obs_dim, act_dim) for _ in range(size))

    def loss(self, batch):
        losses = [m.nll(b["obs"], b["act"], b["next_obs"]) for m, b in zip(self.members, batch)]
        return torch.stack(losses).sum()

    @torch.no_grad()
    def disagreement(self, obs, act):
        means = torch.stack([m(obs, act)[0] for m in self.members])
        return means.var(dim=0, unbiased=False).mean(-1)


def fit(ensemble, buffer, steps, batch_size=256, lr=1e-3):
    optim = torch.optim.AdamW(ensemble.parameters(), lr=lr, weight_decay=1e-5)
    for _ in range(steps):
        loss = ensemble.loss([buffer.sample(batch_size) for _ in ensemble.members])
        optim.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(ensemble.parameters(), 10.0)
        optim.step()
    return loss.item()
