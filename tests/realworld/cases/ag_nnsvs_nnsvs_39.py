# origin: https://github.com/nnsvs/nnsvs/issues/39
# kinds: overflow explosion
import torch
import torch.nn.functional as F
from torch import nn


class MDNLayer(nn.Module):
    """Mixture density output: G diagonal Gaussians over out_dim acoustic features."""

    def __init__(self, in_dim, out_dim, num_gaussians=30):
        super().__init__()
        self.in_dim = in_dim
        self.out_dim = out_dim
        self.num_gaussians = num_gaussians
        self.log_pi = nn.Linear(in_dim, num_gaussians)
        self.log_sigma = nn.Linear(in_dim, out_dim * num_gaussians)
        self.mu = nn.Linear(in_dim, out_dim * num_gaussians)

    def forward(self, minibatch):
        log_pi = F.log_softmax(self.log_pi(minibatch), dim=2)
        log_sigma = self.log_sigma(minibatch)
        log_sigma = log_sigma.view(len(minibatch), -1, self.num_gaussians, self.out_dim)
        mu = self.mu(minibatch)
        mu = mu.view(len(minibatch), -1, self.num_gaussians, self.out_dim)
        return log_pi, log_sigma, mu


def mdn_loss(log_pi, log_sigma, mu, target, log_sigma_min=-7.0, log_sigma_max=7.0, reduce=True):  #+
def mdn_loss(log_pi, log_sigma, mu, target, log_sigma_min=-7.0, reduce=True):  #-
    log_sigma = torch.clamp(log_sigma, min=log_sigma_min)  #-
    log_sigma = torch.clamp(log_sigma, min=log_sigma_min, max=log_sigma_max)  #+
    target = target.unsqueeze(2).expand_as(log_sigma)

    dist = torch.distributions.Normal(loc=mu, scale=torch.exp(log_sigma), validate_args=False)  #*
    loss = torch.sum(dist.log_prob(target), dim=3) + log_pi
    loss = -torch.logsumexp(loss, dim=2)
    return torch.mean(loss, dim=1) if reduce else loss


class Conv1dResnetMDN(nn.Module):
    def __init__(self, in_dim, hidden_dim, out_dim, num_gaussians=8):
        super().__init__()
        self.conv_in = nn.Conv1d(in_dim, hidden_dim, kernel_size=7, padding=3)
        self.res = nn.Conv1d(hidden_dim, hidden_dim, kernel_size=3, padding=1)
        self.mdn = MDNLayer(hidden_dim, out_dim, num_gaussians)

    def forward(self, x):
        h = F.leaky_relu(self.conv_in(x.transpose(1, 2)), 0.2)
        h = h + F.leaky_relu(self.res(h), 0.2)
        return self.mdn(h.transpose(1, 2))


def train_loop(model, batches, lr=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for x, y in batches:
        optimizer.zero_grad()
        log_pi, log_sigma, mu = model(x)
        loss = mdn_loss(log_pi, log_sigma, mu, y).mean()
        loss.backward()
        optimizer.step()
    return model
