# origin: https://github.com/rollovd/LookSAM/issues/1
# kinds: domain
import torch
import torch.nn as nn


class LookSAM(torch.optim.Optimizer):
    def __init__(self, k, alpha, model, base_optimizer, criterion, rho=0.05, **kwargs):
        defaults = dict(alpha=alpha, rho=rho, **kwargs)
        self.model = model
        super().__init__(self.model.parameters(), defaults)

        self.k = k
        self.alpha = torch.tensor(alpha, requires_grad=False)
        self.criterion = criterion
        self.base_optimizer = base_optimizer(self.param_groups, **kwargs)
        self.param_groups = self.base_optimizer.param_groups

    @staticmethod
    def normalized(g):
        return g / g.norm(p=2)  #!
        return g / (g.norm(p=2) + 1e-8)  #+

    def step(self, t, samples, targets, zero_grad=True):
        group = self.param_groups[0]
        if not t % self.k:
            scale = group['rho'] / (self._grad_norm() + 1e-8)
            for index_p, p in enumerate(group['params']):
                if p.grad is None:
                    continue
                self.state[p]['old_p'] = p.data.clone()
                self.state[p]['old_grad_p'] = p.grad.clone()
                with torch.no_grad():
                    p.add_(p.grad * scale.to(p))
            self.zero_grad()
            self.criterion(self.model(samples), targets).backward()

        for index_p, p in enumerate(group['params']):
            if p.grad is None:
                continue
            if not t % self.k:
                g_grad_norm = LookSAM.normalized(self.state[p]['old_grad_p'])
                g_s_grad_norm = LookSAM.normalized(p.grad)
                self.state[p]['gv'] = torch.sub(p.grad, p.grad.norm(p=2) * torch.sum(
                    g_grad_norm * g_s_grad_norm) * g_grad_norm)
                p.data = self.state[p]['old_p'].clone()
            else:
                with torch.no_grad():
                    gv = self.state[p]['gv']
                    p.grad.add_(self.alpha.to(p) * (p.grad.norm(p=2) / (gv.norm(p=2) + 1e-8) * gv))

        self.base_optimizer.step()
        if zero_grad:
            self.zero_grad()

    def _grad_norm(self):
        return torch.norm(torch.stack([p.grad.norm(p=2) for group in self.param_groups for p in group['params']
                                       if p.grad is not None]), p=2)


def train(model, loader, epochs=10):
    criterion = nn.CrossEntropyLoss()
    optimizer = LookSAM(k=5, alpha=0.7, model=model, base_optimizer=torch.optim.SGD, criterion=criterion, lr=0.05)
    t = 0
    for _ in range(epochs):
        for samples, targets in loader:
            loss = criterion(model(samples), targets)
            loss.backward()
            optimizer.step(t=t, samples=samples, targets=targets)
            t += 1
    return model
