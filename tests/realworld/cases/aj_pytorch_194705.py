# origin: https://github.com/pytorch/pytorch/issues/194705
# kinds: underflow domain
import torch
from torch import nn


def participation_ratio(s):
    """Soft count of the directions in use, from singular values (..., K)."""
    s = s / s.amax(dim=-1, keepdim=True).detach().clamp(min=1e-30)  #+
    energy = s.square()
    return energy.sum(-1).square() / energy.square().sum(-1)  #!
    return energy.sum(-1).square() / energy.square().sum(-1).clamp(min=1e-30)  #+


class GradientRankMonitor:
    """Tracks how many directions the gradient of every matrix spans."""

    def __init__(self, model, every=50, min_rank=4.0):
        self.params = {
            name: p for name, p in model.named_parameters() if p.ndim == 2 and min(p.shape) > 1
        }
        self.every = every
        self.min_rank = min_rank
        self.history = {name: [] for name in self.params}

    @torch.no_grad()
    def step(self, iteration):
        if iteration % self.every:
            return {}
        report = {}
        for name, p in self.params.items():
            if p.grad is None:
                continue
            s = torch.linalg.svdvals(p.grad.float())
            rank = participation_ratio(s).item()
            self.history[name].append((iteration, rank))
            report[name] = rank
        return report

    def collapsed(self):
        return [n for n, h in self.history.items() if h and h[-1][1] < self.min_rank]


class LowRankProjector:
    """Projects gradients on as many directions as they were seen to span."""

    def __init__(self, shape):
        self.basis = torch.eye(shape[0])

    def refresh(self, grad):
        u, s, _ = torch.linalg.svd(grad.float(), full_matrices=False)
        rank = max(1, int(torch.ceil(participation_ratio(s)).item()))
        self.basis = u[:, :rank]

    def down(self, grad):
        return self.basis.T @ grad

    def up(self, update):
        return self.basis @ update


def small_classifier(features, classes, hidden=256, depth=8):
    dims = [features] + [hidden] * depth
    layers = []
    for a, b in zip(dims[:-1], dims[1:]):
        layers += [nn.Linear(a, b), nn.Sigmoid()]
    return nn.Sequential(*layers, nn.Linear(hidden, classes))
