# origin: https://github.com/shivram1987/AdaNorm/issues/1
# kinds: domain
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim.optimizer import Optimizer


class AdamNorm(Optimizer):

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, gamma=0.95):
        defaults = dict(lr=lr, betas=betas, eps=eps, gamma=gamma)
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            beta1, beta2 = group['betas']
            for p in group['params']:
                if p.grad is None:
                    continue
                grad = p.grad
                state = self.state[p]
                if len(state) == 0:
                    state['step'] = 0
                    state['exp_grad_norm'] = 0
                    state['exp_avg'] = torch.zeros_like(p)
                    state['exp_avg_sq'] = torch.zeros_like(p)
                exp_avg, exp_avg_sq = state['exp_avg'], state['exp_avg_sq']
                state['step'] += 1

                grad_norm = torch.linalg.norm(grad)
                exp_grad_norm = group['gamma'] * state['exp_grad_norm'] + (1 - group['gamma']) * grad_norm
                state['exp_grad_norm'] = exp_grad_norm
                if exp_grad_norm > grad_norm or state['step'] == 1:
                    grad1 = grad * exp_grad_norm / grad_norm  #!
                    grad1 = grad * exp_grad_norm / (grad_norm + group['eps'])  #+
                else:
                    grad1 = grad

                exp_avg.mul_(beta1).add_(grad1, alpha=1 - beta1)
                exp_avg_sq.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
                denom = exp_avg_sq.sqrt().add_(group['eps'])
                bias_correction1 = 1 - beta1 ** state['step']
                bias_correction2 = 1 - beta2 ** state['step']
                step_size = group['lr'] * math.sqrt(bias_correction2) / bias_correction1
                p.addcdiv_(exp_avg, denom, value=-step_size)


def train(net, loader, epochs=1):
    optimizer = AdamNorm(net.parameters(), lr=0.001)
    for epoch in range(epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            outputs = net(inputs)
            loss = F.cross_entropy(outputs, targets)
            loss.backward()
            optimizer.step()
    return loss


def build_net(num_classes=10):
    return nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, num_classes))
