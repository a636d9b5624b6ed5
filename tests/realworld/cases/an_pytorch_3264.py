# origin: https://github.com/pytorch/pytorch/issues/3264
# kinds: domain
import torch
from torch.autograd import Function


class Norm(Function):
    @staticmethod
    def forward(ctx, input, p=2, dim=None, keepdim=None):
        ctx.p = p
        ctx.dim = dim
        ctx.keepdim = False if keepdim is None else keepdim

        if dim is None:
            norm = input.norm(p)
            output = input.new_tensor([norm])
        else:
            output = input.norm(p, dim, keepdim=ctx.keepdim)
        ctx.save_for_backward(input, output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        input, output = ctx.saved_tensors
        if ctx.dim is not None and ctx.keepdim is False and input.dim() != 1:
            grad_output = grad_output.unsqueeze(ctx.dim)
            output = output.unsqueeze(ctx.dim)

        if ctx.p == 1:  #+
            return grad_output * input.sign(), None, None, None  #+
        if ctx.p == 2:
            grad_input = input.mul(grad_output).div(output)  #-
            grad_input = input.mul(grad_output).div(output.masked_fill(output == 0, 1))  #+
        else:
            input_pow = input.abs().pow(ctx.p - 2)  #!
            output_pow = output.pow(ctx.p - 1)  #-
            grad_input = input.mul(input_pow).mul(grad_output).div(output_pow)  #!
            scaled = input.sign() * input.abs().pow(ctx.p - 1)  #+
            safe_output = output.masked_fill(output == 0, 1)  #+
            grad_input = scaled.mul(grad_output).div(safe_output.pow(ctx.p - 1))  #+
        return grad_input, None, None, None


def norm(input, p=2, dim=None, keepdim=None):
    if p < 1:
        raise ValueError("p must be at least 1, got {}".format(p))
    return Norm.apply(input, p, dim, keepdim)


def normalize(input, p=2, dim=1, eps=1e-12):
    r"""Performs :math:`L_p` normalization of inputs over specified dimension."""
    return input / norm(input, p, dim, True).clamp(min=eps).expand_as(input)


class Attention(torch.nn.Module):
    """Attention over memory slots with non-negative, L1-normalised weights."""

    def __init__(self, query_size, memory_size, hidden_size=64):
        super(Attention, self).__init__()
        self.query = torch.nn.Linear(query_size, hidden_size)
        self.memory = torch.nn.Linear(memory_size, hidden_size)
        self.score = torch.nn.Linear(hidden_size, 1)

    def forward(self, query, memory):
        hidden = torch.tanh(self.query(query).unsqueeze(1) + self.memory(memory))
        scores = torch.relu(self.score(hidden)).squeeze(2)
        weights = normalize(scores, p=1, dim=1)
        return torch.bmm(weights.unsqueeze(1), memory).squeeze(1), weights
