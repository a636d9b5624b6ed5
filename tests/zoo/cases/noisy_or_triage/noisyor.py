import torch
from torch import nn


class Product(torch.autograd.Function):
    """Product over the last dimension; the backward needs one division instead of a product per factor."""

    @staticmethod
    def forward(ctx, factors):
        out = factors.prod(-1)
        ctx.save_for_backward(factors, out)
        return out

    @staticmethod
    def backward(ctx, grad_out):
        factors, out = ctx.saved_tensors
        return (grad_out * out).unsqueeze(-1) / factors


class NoisyOr(nn.Module):
    """P(symptom | diseases) = 1 - prod_j (1 - strength_j * disease_j), one strength per disease and symptom."""

    def __init__(self, diseases, symptoms):
        super().__init__()
        self.strength = nn.Parameter(torch.full((symptoms, diseases), 0.5))

    def forward(self, disease):
        return 1 - Product.apply(1 - self.strength * disease.unsqueeze(1))

    @torch.no_grad()
    def project(self):
        self.strength.clamp_(0.0, 1.0)
