# origin: https://github.com/facebookresearch/higher/issues/125
# kinds: domain
import math

import torch


class DifferentiableAdam:
    """Adam whose steps stay on the graph, for the inner loop of meta learning."""

    def __init__(self, params, lr, betas=(0.9, 0.999), eps=1e-8):
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.t = 0
        self.exp_avg = [torch.zeros_like(p) for p in params]
        self.exp_avg_sq = [torch.zeros_like(p) for p in params]

    def step(self, loss, params):
        grads = torch.autograd.grad(loss, params, create_graph=True)
        beta1, beta2 = self.betas
        self.t += 1
        bias_correction1 = 1 - beta1**self.t
        bias_correction2 = 1 - beta2**self.t
        new_params = []
        for i, (p, g) in enumerate(zip(params, grads)):
            self.exp_avg[i] = self.exp_avg[i] * beta1 + (1 - beta1) * g
            self.exp_avg_sq[i] = self.exp_avg_sq[i] * beta2 + (1 - beta2) * g * g
            denom = self.exp_avg_sq[i].sqrt() / math.sqrt(bias_correction2) + self.eps  #!
            denom = (self.exp_avg_sq[i] + 1e-16).sqrt() / math.sqrt(bias_correction2) + self.eps  #+
            new_params.append(p - (self.lr / bias_correction1) * self.exp_avg[i] / denom)
        return new_params


def forward(params, x):
    w1, b1, w2, b2 = params
    return torch.relu(x @ w1 + b1) @ w2 + b2


def outer_loss(params, log_lr, support, query, inner_steps=5):
    """Loss on the query set after adapting to the support set with a learned rate."""
    inner = DifferentiableAdam(params, lr=log_lr.exp())
    fast = list(params)
    x, y = support
    for _ in range(inner_steps):
        loss = torch.nn.functional.mse_loss(forward(fast, x), y)
        fast = inner.step(loss, fast)
    xq, yq = query
    return torch.nn.functional.mse_loss(forward(fast, xq), yq)
