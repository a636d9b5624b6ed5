# origin: https://github.com/pyro-ppl/pyro/pull/1813
# kinds: domain underflow
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class DeepSigmoidalFlow(nn.Module):
    """Monotone one dimensional map whose weights come from a conditioner network."""

    def __init__(self, autoregressive_nn, hidden_units=16):
        super().__init__()
        self.arn = autoregressive_nn
        self.hidden_units = hidden_units
        self.safe_log = lambda x: torch.log(x * 1e2) - math.log(1e2)  #-

    def forward(self, x):
        a, b, w_logits = self.arn(x)
        scale = F.softplus(a) + 1e-3
        C = scale * x.unsqueeze(-1) + b
        W = F.softmax(w_logits, dim=-1)  #-
        D = (W * torch.sigmoid(C)).sum(dim=-1)  #!
        y = self.safe_log(D) - self.safe_log(1 - D)  #!
        log_W = F.log_softmax(w_logits, dim=-1)  #+
        log_D = torch.logsumexp(log_W + F.logsigmoid(C), dim=-1)  #+
        log_one_minus_D = torch.logsumexp(log_W + F.logsigmoid(-C), dim=-1)  #+
        y = log_D - log_one_minus_D  #+
        return y


class Conditioner(nn.Module):
    def __init__(self, context_dim, hidden_units):
        super().__init__()
        self.context = nn.Parameter(torch.zeros(context_dim))
        self.net = nn.Linear(context_dim, 3 * hidden_units)

    def forward(self, x):
        params = self.net(self.context).expand(*x.shape, -1)
        return params.chunk(3, dim=-1)


def push_forward(flow, base, n):
    return flow(base.sample((n,)))
