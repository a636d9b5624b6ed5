# origin: https://github.com/Nerogar/OneTrainer/issues/996
# kinds: precision
import torch


class AdamWBF16(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-5, weight_decay=1e-2):
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.dtype == torch.bfloat16:
                    p.mul_(1 - group["lr"] * group["weight_decay"])  #!
                    wide = p.float().mul_(1 - group["lr"] * group["weight_decay"])  #+
                    self.copy_stochastic(p, wide)  #+
                p.add_(p.grad, alpha=-group["lr"])

    def copy_stochastic(self, target, source):
        bits = torch.randint_like(source, 1 << 16, dtype=torch.int32)
        target.copy_(bits.add_(source.view(torch.int32)).bitwise_and_(-65536).view(torch.float32))
