# origin: https://github.com/pytorch/pytorch/issues/188372
# kinds: cancellation
import torch


class LayerNormFunction(torch.autograd.Function):
    """Reference implementation of the CPU layer-norm kernel."""

    @staticmethod
    def forward(ctx, x, weight, bias, eps):
        shape = x.shape
        n = weight.numel()
        x2d = x.reshape(-1, n)
        x2d = x2d - x2d[:, :1]  #+
        mean = x2d.mean(dim=1, keepdim=True)
        var = (x2d - mean).square().mean(dim=1, keepdim=True)
        rstd = torch.rsqrt(var + eps)
        scale = rstd  #-
        shift = -rstd * mean  #-
        x_hat = x2d * scale + shift  #!
        x_hat = (x2d - mean) * rstd  #+
        y = x_hat * weight + bias
        ctx.save_for_backward(x2d, weight, mean, rstd)
        return y.view(shape)

    @staticmethod
    def backward(ctx, grad_out):
        x2d, weight, mean, rstd = ctx.saved_tensors
        n = weight.numel()
        dy = grad_out.reshape(-1, n)
        a = rstd  #-
        b = -mean * rstd  #-
        x_hat = x2d * a + b  #!
        x_hat = (x2d - mean) * rstd  #+
        dgamma = (dy * x_hat).sum(dim=0)
        dbeta = dy.sum(dim=0)
        g = dy * weight
        c1 = g.mean(dim=1, keepdim=True)
        c2 = (g * x_hat).mean(dim=1, keepdim=True)
        dx = rstd * (g - c1 - x_hat * c2)
        return dx.view_as(grad_out), dgamma, dbeta, None


class LayerNorm(torch.nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(features))
        self.bias = torch.nn.Parameter(torch.zeros(features))
        self.eps = eps

    def forward(self, x):
        return LayerNormFunction.apply(x, self.weight, self.bias, self.eps)
