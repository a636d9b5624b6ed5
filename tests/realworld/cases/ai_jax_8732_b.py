# origin: https://github.com/jax-ml/jax/issues/8732
# kinds: domain
import torch
from torch import nn


class DecorrelatedBatchNorm(nn.Module):
    """ZCA whitening of groups of channels for self-supervised projectors."""

    def __init__(self, features, group=16, eps=1e-3, momentum=0.1):
        super().__init__()
        assert features % group == 0
        self.group, self.eps, self.momentum = group, eps, momentum
        g = features // group
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_whitener", torch.eye(group).repeat(g, 1, 1))

    def _inverse_root(self, cov):
        vals, vecs = torch.linalg.eigh(cov)  #!
        return vecs @ torch.diag_embed(vals.rsqrt()) @ vecs.transpose(-2, -1)  #-
        eye = torch.eye(self.group, dtype=cov.dtype, device=cov.device)  #+
        trace = cov.diagonal(dim1=-2, dim2=-1).sum(-1)[:, None, None]  #+
        scaled = cov / trace  #+
        root = eye.expand_as(cov)  #+
        for _ in range(12):  #+
            root = 0.5 * (3.0 * root - root @ root @ root @ scaled)  #+
        return root * trace.rsqrt()  #+

    def forward(self, x):
        n, c = x.shape
        if self.training:
            mean = x.mean(0)
            xc = (x - mean).view(n, -1, self.group).transpose(0, 1)
            cov = xc.transpose(1, 2) @ xc / n
            cov = cov + self.eps * torch.eye(self.group, dtype=x.dtype, device=x.device)
            whitener = self._inverse_root(cov)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_whitener.lerp_(whitener, self.momentum)
        else:
            xc = (x - self.running_mean).view(n, -1, self.group).transpose(0, 1)
            whitener = self.running_whitener
        return (xc @ whitener).transpose(0, 1).reshape(n, c)


class Projector(nn.Module):
    def __init__(self, d_in, d_out=64):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(d_in, 256), nn.ReLU(inplace=True), nn.Linear(256, d_out)
        )
        self.whiten = DecorrelatedBatchNorm(d_out)

    def forward(self, h):
        return self.whiten(self.net(h))


def wmse_loss(projector, h1, h2):
    return (projector(h1) - projector(h2)).pow(2).sum(1).mean()
