# origin: https://github.com/facebookresearch/fairchem/pull/1574
# kinds: domain underflow explosion
import torch
import torch.nn.functional as F

EPS = 1e-7


class Safeacos(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.acos(x)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        one_minus_x2 = (1 - x.pow(2)).clamp(min=EPS)
        return -grad_output / torch.sqrt(one_minus_x2)


class Safeatan2(torch.autograd.Function):
    @staticmethod
    def forward(ctx, y, x):
        ctx.save_for_backward(y, x)
        return torch.atan2(y, x)

    @staticmethod
    def backward(ctx, grad_output):
        y, x = ctx.saved_tensors
        norms = x.pow(2) + y.pow(2)  #-
        safe_norms = torch.where(norms == 0.0, 1, norms)  #!
        return (x / safe_norms) * grad_output, -(y / safe_norms) * grad_output  #-
        denom = (x.pow(2) + y.pow(2)).clamp(min=EPS)  #+
        return (x / denom) * grad_output, (-y / denom) * grad_output  #+


def init_edge_rot_euler_angles(edge_distance_vec):
    xyz = F.normalize(edge_distance_vec).clamp(-1.0, 1.0)
    x, y, z = torch.split(xyz, 1, dim=1)
    beta = Safeacos.apply(y)
    alpha = Safeatan2.apply(x, z)
    gamma = torch.rand_like(alpha) * 2 * torch.pi
    return -gamma.squeeze(1), -beta.squeeze(1), -alpha.squeeze(1)


def edge_energy(positions, edge_index, head):
    src, dst = edge_index
    _, beta, alpha = init_edge_rot_euler_angles(positions[dst] - positions[src])
    return head(torch.stack([alpha, beta], dim=-1)).sum()


def forces(positions, edge_index, head):
    positions = positions.detach().requires_grad_(True)
    energy = edge_energy(positions, edge_index, head)
    return -torch.autograd.grad(energy, positions)[0]
