# origin: https://github.com/pyro-ppl/pyro/pull/1943
# kinds: vanishing underflow
import torch
from torch.distributions import constraints

import pyro
import pyro.distributions as dist
from pyro.nn import PyroParam


class SoftConstraintGP(torch.nn.Module):
    """Variational inducing values with an additional unnormalised density."""

    def __init__(self, X, kernel, Xu, name="f", jitter=1e-6):
        super().__init__()
        self.X = X
        self.kernel = kernel
        self.Xu = Xu
        self.name = name
        self.jitter = jitter
        n = Xu.size(0)
        self.u_loc = torch.nn.Parameter(torch.zeros(n))
        self.u_scale_tril = PyroParam(torch.eye(n), constraints.lower_cholesky)

    def _prior_scale_tril(self):
        Kuu = self.kernel(self.Xu)
        Kuu = Kuu + self.jitter * torch.eye(Kuu.size(0))
        return torch.linalg.cholesky(Kuu)

    def _conditional_mean(self, u, Luu):
        Kuf = self.kernel(self.Xu, self.X)
        alpha = torch.cholesky_solve(u.unsqueeze(-1), Luu)
        return (Kuf.t() @ alpha).squeeze(-1)


def inject_log_density(name, log_density):
    """Adds ``log_density`` to the log joint of the model."""
    pyro.sample(name, dist.Bernoulli(probs=log_density.exp()), obs=torch.ones_like(log_density))  #!
    zero = torch.zeros_like(log_density)  #+
    pyro.sample(name, dist.Delta(zero, log_density=log_density), obs=zero)  #+


def model(gp, y, penalty_scale=10.0):
    Luu = gp._prior_scale_tril()
    u = pyro.sample(gp.name + "_u", dist.MultivariateNormal(torch.zeros(gp.Xu.size(0)), scale_tril=Luu))
    f = gp._conditional_mean(u, Luu)
    slack = (f[:-1] - f[1:]).clamp(min=0)
    inject_log_density(gp.name + "_monotone", -penalty_scale * slack.sum())
    with pyro.plate("data", y.size(0)):
        pyro.sample("y", dist.Normal(f, 0.1), obs=y)


def guide(gp, y):
    pyro.sample(gp.name + "_u", dist.MultivariateNormal(gp.u_loc, scale_tril=gp.u_scale_tril))


def fit(gp, y, steps=1000, lr=0.01):
    svi = pyro.infer.SVI(model, guide, pyro.optim.Adam({"lr": lr}), pyro.infer.Trace_ELBO())
    return [svi.step(gp, y) for _ in range(steps)]
