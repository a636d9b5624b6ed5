# origin: https://github.com/Linear95/CLUB/issues/27
# kinds: underflow overflow domain
import torch
import torch.nn as nn


class CLUB(nn.Module):
    """Contrastive log-ratio upper bound of mutual information."""

    def __init__(self, x_dim, y_dim, hidden_size):
        super().__init__()
        self.p_mu = nn.Sequential(
            nn.Linear(x_dim, hidden_size), nn.ReLU(), nn.Linear(hidden_size, y_dim))
        self.p_logvar = nn.Sequential(
            nn.Linear(x_dim, hidden_size), nn.ReLU(), nn.Linear(hidden_size, y_dim))

    def get_mu_logvar(self, x_samples):
        mu = self.p_mu(x_samples)
        logvar = self.p_logvar(x_samples)  #!
        logvar = self.p_logvar(x_samples).clamp(-10.0, 10.0)  #+
        return mu, logvar

    def loglikeli(self, x_samples, y_samples):
        mu, logvar = self.get_mu_logvar(x_samples)
        return (-(mu - y_samples) ** 2 / logvar.exp() - logvar).sum(dim=1).mean(dim=0)  #*

    def forward(self, x_samples, y_samples):
        mu, logvar = self.get_mu_logvar(x_samples)
        perm = torch.randperm(x_samples.shape[0])
        positive = -(mu - y_samples) ** 2 / logvar.exp()  #*
        negative = -(mu - y_samples[perm]) ** 2 / logvar.exp()  #*
        return (positive.sum(-1) - negative.sum(-1)).mean() / 2.0

    def learning_loss(self, x_samples, y_samples):
        return -self.loglikeli(x_samples, y_samples)


def fit_estimator(x, y, hidden_size=64, steps=1000, lr=5e-3):
    estimator = CLUB(x.shape[1], y.shape[1], hidden_size)
    optimizer = torch.optim.Adam(estimator.parameters(), lr=lr)
    for _ in range(steps):
        loss = estimator.learning_loss(x, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return estimator(x, y).item()
