# origin: https://github.com/pytorch/pytorch/issues/3264
# kinds: domain
import torch
from torch import nn
from torch.autograd import Function


class PNorm(Function):
    """p-norm along one dimension, p >= 1."""

    @staticmethod
    def forward(ctx, input, p, dim):
        output = input.abs().pow(p).sum(dim, keepdim=True).pow(1.0 / p)
        ctx.p, ctx.dim = p, dim
        ctx.save_for_backward(input, output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        input, output = ctx.saved_tensors
        p = ctx.p
        if p == 2:
            scale_v = grad_output / output.clamp(min=1e-12)
            return input * scale_v, None, None
        pow_ = input.abs().pow(p - 2)  #!
        grad = input * pow_  #!
        grad = input.sign() * input.abs().pow(p - 1)  #+
        scale_v = grad_output / output.clamp(min=1e-12).pow(p - 1)
        return grad * scale_v, None, None


def normalize(input, p=2, dim=1, eps=1e-12):
    r"""Performs :math:`L_p` normalization of inputs over specified dimension."""
    return input / PNorm.apply(input, p, dim).clamp(min=eps)


class TopicMixture(nn.Module):
    """Bag-of-words autoencoder with learnable term weights."""

    def __init__(self, num_terms, num_topics):
        super().__init__()
        self.term_weight = nn.Parameter(torch.ones(num_terms))
        self.encoder = nn.Linear(num_terms, num_topics)
        self.topics = nn.Parameter(torch.randn(num_topics, num_terms))

    def forward(self, bow):
        frequencies = normalize(bow * self.term_weight, p=1, dim=1)
        theta = torch.softmax(self.encoder(frequencies), dim=1)
        phi = torch.softmax(self.topics, dim=1)
        return theta @ phi


def train(model, loader, epochs=10, lr=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        total = 0.0
        for bow in loader:
            recon = model(bow)
            loss = -(bow * torch.log(recon + 1e-8)).sum(dim=1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch}: {total:.3f}")
