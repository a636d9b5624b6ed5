# origin: https://github.com/pytorch/ao/pull/1124
# kinds: precision
import torch
from torch.optim import Optimizer


def _stochastic_round_to_bf16(x_f32):  #+
    rand_16bit = torch.randint(0, 1 << 16, x_f32.shape, device=x_f32.device, dtype=torch.int32)  #+
    x_bits = x_f32.view(torch.int32)  #+
    x_bits = (x_bits + rand_16bit) & -0x10000  #+
    return x_bits.view(torch.float32).bfloat16()  #+


class AdamWBf16(Optimizer):
    """AdamW for models whose parameters live in bfloat16."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        defaults = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()

        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if len(state) == 0:
                    state["step"] = 0
                    state["exp_avg"] = torch.zeros_like(p, dtype=torch.float32)
                    state["exp_avg_sq"] = torch.zeros_like(p, dtype=torch.float32)
                state["step"] += 1
                grad = p.grad.float()
                exp_avg, exp_avg_sq = state["exp_avg"], state["exp_avg_sq"]
                exp_avg.lerp_(grad, 1 - beta1)
                exp_avg_sq.lerp_(grad.square(), 1 - beta2)

                denom = (exp_avg_sq / (1 - beta2 ** state["step"])).sqrt() + group["eps"]
                update = exp_avg / (1 - beta1 ** state["step"]) / denom
                update = update + group["weight_decay"] * p.float()
                p.add_(update.to(p.dtype), alpha=-group["lr"])  #!
                p.copy_(_stochastic_round_to_bf16(p.float() - group["lr"] * update))  #+
        return loss


def finetune(model, loader, steps, lr=1e-5, device="cuda"):
    model = model.to(device=device, dtype=torch.bfloat16)
    optimizer = AdamWBf16(model.parameters(), lr=lr)
    data = iter(loader)
    for step in range(steps):
        batch = {k: v.to(device) for k, v in next(data).items()}
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if step % 50 == 0:
            print(f"step {step} loss {loss.item():.4f}")
