import torch


class Opt(torch.optim.Optimizer):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                grad = p.grad
                gn = grad.norm()
                if gn > group["max_grad_norm"]:
                    grad = grad * (group["max_grad_norm"] / gn)  # NS511
                p.data.add_(grad, alpha=-group["lr"])
