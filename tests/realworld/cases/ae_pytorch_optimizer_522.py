# origin: https://github.com/kozistr/pytorch_optimizer/pull/522
# kinds: domain
import torch
from torch import nn
from torch.optim.optimizer import Optimizer


class AdaSmooth(Optimizer):
    """An Adaptive Learning Rate Method based on Effective Ratio."""

    def __init__(self, params, lr=1e-3, betas=(0.5, 0.99), weight_decay=0.0, eps=1e-6):
        defaults = {'lr': lr, 'betas': betas, 'weight_decay': weight_decay, 'eps': eps}
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group['betas']
            for p in group['params']:
                if p.grad is None:
                    continue

                grad = p.grad
                state = self.state[p]

                if len(state) == 0:
                    state['prev_param'] = torch.zeros_like(p)
                    state['s'] = torch.zeros_like(p)
                    state['n'] = torch.zeros_like(p)
                    state['exp_avg_sq'] = torch.zeros_like(p)

                if group['weight_decay'] > 0.0:
                    p.mul_(1.0 - group['weight_decay'] * group['lr'])

                p_diff = p - state['prev_param']

                s, n = state['s'], state['n']
                s.add_(p_diff)
                n.add_(p_diff.abs())

                c = s.sum().abs_().div_(n.sum())  # e_t  #!
                c = s.sum().abs_().div_(n.sum().add_(group['eps']))  # e_t  #+
                c.mul_(beta2 - beta1).add_(1.0 - beta2)

                c_p2 = c.pow(2)

                exp_avg_sq = state['exp_avg_sq']
                exp_avg_sq.mul_(1.0 - c_p2).addcmul_(grad, grad, value=c_p2)

                step_size = torch.full_like(exp_avg_sq, fill_value=group['lr'])
                step_size.div_((exp_avg_sq + group['eps']).sqrt()).mul_(grad)

                p.add_(-step_size)
                state['prev_param'].copy_(p)


class LogisticRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 2)
        self.fc2 = nn.Linear(2, 1)
        nn.init.zeros_(self.fc1.bias)
        nn.init.zeros_(self.fc2.bias)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


def train(x, y, iterations=200):
    model = LogisticRegression()
    optimizer = AdaSmooth(model.parameters(), lr=1e-2)
    for _ in range(iterations):
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(x), y)
        loss.backward()
        optimizer.step()
    return model, loss.detach()
