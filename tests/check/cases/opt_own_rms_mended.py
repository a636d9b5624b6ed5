import torch
import torch.nn as nn
import torch.nn.functional as F

class Opt(torch.optim.Optimizer):
    def step(self):
        for g in self.param_groups:
            for p in g['params']:
                s = self.state[p]
                v = s['v']
                v.mul_(0.99).addcmul_(p.grad, p.grad, value=0.01)
                p.data.addcdiv_(p.grad, v.sqrt().add_(1e-8), value=-g['lr'])
