# origin: https://github.com/pyro-ppl/pyro/pull/1943
# kinds: underflow overflow domain precision
import torch
import pyro
import pyro.distributions as dist


def potential_factor(name, log_density):
    """Adds an unnormalised density to the model by observing a coin."""
    unit = torch.tensor(1.0)
    pyro.sample(name, dist.Bernoulli(probs=torch.exp(log_density)), obs=unit)  #!
    pyro.factor(name, log_density)  #+


def model(kernel, X, y, noise):
    f = pyro.sample("f", dist.Normal(torch.zeros(len(X)), 1.0).to_event(1))
    covariance = kernel(X) + noise * torch.eye(len(X))
    chol = torch.linalg.cholesky(covariance)
    whitened = torch.linalg.solve_triangular(chol, (y - f).unsqueeze(-1), upper=False)
    potential_factor("likelihood", -0.5 * (whitened**2).sum())
