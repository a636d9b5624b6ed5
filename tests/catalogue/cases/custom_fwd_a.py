# origin: custom autograd.Function without custom_fwd
# kinds: NS610
import torch


class ScaledDot(torch.autograd.Function):  #!
class ScaledDot(torch.autograd.Function):  #+
    @staticmethod
    @torch.amp.custom_fwd(device_type="cuda")  #+
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a @ b

    @staticmethod
    @torch.amp.custom_bwd(device_type="cuda")  #+
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        return g @ b.t(), a.t() @ g


def train(x, w, opt, scaler):
    with torch.autocast("cuda", dtype=torch.float16):
        loss = ScaledDot.apply(x, w).float().mean()
    scaler.scale(loss).backward()
    scaler.step(opt)
    scaler.update()
