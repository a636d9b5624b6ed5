# origin: https://github.com/geoopt/geoopt/pull/215
# kinds: domain cancellation
import torch


def arcosh(x: torch.Tensor) -> torch.Tensor:
    z = torch.sqrt(torch.clamp_min(x.double().pow(2) - 1.0, 1e-15))  #-
    return torch.log(x + z).to(x.dtype)  #!
    return torch.acosh(torch.clamp_min(x.double(), 1.0 + 1e-7)).to(x.dtype)  #+


def lorentz_inner(u, v):
    uv = u * v
    return -uv[..., 0] + uv[..., 1:].sum(-1)


class LorentzDistance(torch.nn.Module):
    def forward(self, u, v):
        return arcosh(-lorentz_inner(u, v)).mean()
