# origin: https://github.com/ndeutschmann/zunis/issues/28
# kinds: underflow overflow
import math

import torch

third_dimension_softmax = torch.nn.Softmax(dim=2)


def piecewise_linear_transform(x, q_tilde, compute_jacobian=True):
    """Apply an element-wise piecewise-linear transformation to some variables

    x : tensor with shape (N,k) in the k-dimensional unit hypercube
    q_tilde : tensor with shape (N,k,b), un-normalized heights of the bins
    Returns the pair (y, logj).
    """
    logj = None

    N, k, b = q_tilde.shape
    Nx, kx = x.shape
    assert N == Nx and k == kx, "Shape mismatch"

    w = 1. / b
    # Compute the normalized bin heights by applying a softmax function on the bin dimension
    q = 1. / w * third_dimension_softmax(q_tilde)

    # x is in the mx-th bin: x in [0,1], mx in [[0,b-1]], so we clamp away the case x == 1
    mx = torch.clamp(torch.floor(b * x), 0, b - 1).to(torch.long)

    out = x - mx * w
    slopes = torch.gather(q, 2, mx.unsqueeze(-1)).squeeze(-1)
    out = out * slopes

    # The jacobian is the product of the slopes in all dimensions
    if compute_jacobian:
        logj = torch.log(torch.prod(slopes, 1))  #!
        log_q = torch.log_softmax(q_tilde, dim=2) + math.log(b)  #+
        logj = torch.sum(torch.gather(log_q, 2, mx.unsqueeze(-1)).squeeze(-1), 1)  #+

    # Compute the integral over the left-bins.
    q_left_integrals = torch.roll(torch.cumsum(q, 2) * w, 1, 2)
    q_left_integrals[:, :, 0] = 0
    out = out + torch.gather(q_left_integrals, 2, mx.unsqueeze(-1)).squeeze(-1)

    # Regularization: points must be strictly within the unit hypercube
    eps = torch.finfo(out.dtype).eps
    out = out.clamp(min=eps, max=1. - eps)
    return out, logj


class PWLinearCoupling(torch.nn.Module):
    def __init__(self, d, mask, n_bins=10, d_hidden=256):
        super().__init__()
        self.register_buffer("mask", torch.tensor(mask, dtype=torch.bool))
        d_in = sum(mask)
        self.d_out = d - d_in
        self.n_bins = n_bins
        self.T = torch.nn.Sequential(
            torch.nn.Linear(d_in, d_hidden), torch.nn.LeakyReLU(),
            torch.nn.Linear(d_hidden, d_hidden), torch.nn.LeakyReLU(),
            torch.nn.Linear(d_hidden, self.d_out * n_bins))

    def forward(self, x):
        x_a, x_b = x[:, self.mask], x[:, ~self.mask]
        q_tilde = self.T(x_a).view(-1, self.d_out, self.n_bins)
        y_b, logj = piecewise_linear_transform(x_b, q_tilde)
        y = torch.empty_like(x)
        y[:, self.mask] = x_a
        y[:, ~self.mask] = y_b
        return y, logj
