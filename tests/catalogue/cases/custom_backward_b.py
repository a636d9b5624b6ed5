# origin: wrong hand-written backward at the edges
# kinds: NS412
import torch


class Unit(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.norm(dim=-1)

    @staticmethod
    def backward(ctx, grad):
        x, = ctx.saved_tensors
        return grad.unsqueeze(-1) * x / x.norm(dim=-1, keepdim=True)  #!
        return grad.unsqueeze(-1) * torch.nn.functional.normalize(x, dim=-1)  #+
