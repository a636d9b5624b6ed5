"""Differentially private gradients: clip each example's gradient, average, add noise."""
import torch
from torch.func import functional_call, grad, vmap


def per_example_grads(model, loss_fn, x, y):
    params = {k: p.detach() for k, p in model.named_parameters()}

    def one(params, xi, yi):
        out = functional_call(model, params, (xi.unsqueeze(0),))
        return loss_fn(out.squeeze(0), yi)

    return vmap(grad(one), in_dims=(None, 0, 0))(params, x, y)


def flat_norms(grads):
    return torch.stack([g.flatten(1).square().sum(1) for g in grads.values()]).sum(0).sqrt()


def privatise(model, grads, max_norm, noise, generator):
    norms = flat_norms(grads)
    clipped = (norms > max_norm).float()
    factor = clipped * (max_norm / norms) + (1 - clipped)
    for name, p in model.named_parameters():
        total = torch.einsum("b,b...->...", factor, grads[name])
        total += noise * max_norm * torch.randn(total.shape, generator=generator)
        p.grad = total / len(factor)
    return clipped.mean().item()
