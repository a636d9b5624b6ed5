# origin: wrong hand-written backward at the edges
# kinds: NS412
import torch
from torch.autograd import Function


class Root(Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.sqrt(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad / (2 * y)  #!
        return grad / (2 * y.clamp(min=1e-6))  #+
