# origin: https://github.com/microsoft/LLM2CLIP/issues/64
# kinds: domain
import torch


class Adafactor(torch.optim.Optimizer):
    """Factored second moments for matrices, no first moment."""

    def __init__(self, params, lr=1e-3, eps=1e-30, clip_threshold=1.0, decay_rate=-0.8):
        defaults = dict(lr=lr, eps=eps, clip_threshold=clip_threshold, decay_rate=decay_rate)
        super().__init__(params, defaults)

    @staticmethod
    def _approx_sq_grad(exp_avg_sq_row, exp_avg_sq_col, eps):
        row_mean = exp_avg_sq_row.mean(dim=-1, keepdim=True)  #-
        r_factor = (exp_avg_sq_row / row_mean).rsqrt().unsqueeze(-1)  #!
        c_factor = exp_avg_sq_col.unsqueeze(-2).rsqrt()  #!
        row_mean = exp_avg_sq_row.mean(dim=-1, keepdim=True).clamp(min=eps)  #+
        r_factor = (exp_avg_sq_row / row_mean).clamp(min=eps).rsqrt().unsqueeze(-1)  #+
        c_factor = exp_avg_sq_col.unsqueeze(-2).clamp(min=eps).rsqrt()  #+
        return r_factor * c_factor

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                grad = p.grad.float()
                state = self.state[p]
                if not state:
                    state["step"] = 0
                    state["row"] = torch.zeros_like(grad[..., 0])
                    state["col"] = torch.zeros_like(grad[..., 0, :])
                state["step"] += 1
                beta2t = 1.0 - float(state["step"]) ** group["decay_rate"]
                sq = grad ** 2
                state["row"].mul_(beta2t).add_(sq.mean(dim=-1), alpha=1.0 - beta2t)
                state["col"].mul_(beta2t).add_(sq.mean(dim=-2), alpha=1.0 - beta2t)
                update = self._approx_sq_grad(state["row"], state["col"], group["eps"]) * grad
                rms = update.norm(2) / (update.numel() ** 0.5)
                update.div_((rms / group["clip_threshold"]).clamp(min=1.0))
                p.add_(update.to(p.dtype), alpha=-group["lr"])
        return loss
