# origin: https://github.com/pytorch/pytorch/issues/72759
# kinds: overflow cancellation domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def softplus_inverse(x):
    """Preimage of a positive tensor under softplus."""
    return torch.log(torch.exp(x) - 1)  #!
    return x + torch.log(-torch.expm1(-x))  #+


class PositiveScale(nn.Module):
    """Diagonal scale stored without constraint, exposed as a positive value."""

    def __init__(self, initial_scale, floor=1e-6):
        super().__init__()
        initial_scale = torch.as_tensor(initial_scale).clamp(min=floor)
        self.raw_scale = nn.Parameter(softplus_inverse(initial_scale))

    @property
    def scale(self):
        return F.softplus(self.raw_scale)

    def forward(self, x):
        return x * self.scale


def calibrate(features, targets, steps=100):
    spread = features.std(dim=0, unbiased=False)
    layer = PositiveScale(spread)
    optimizer = torch.optim.Adam(layer.parameters(), lr=1e-2)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.mse_loss(layer(targets), features)
        loss.backward()
        optimizer.step()
    return layer
