# origin: https://github.com/jeanfeydy/geomloss/pull/77
# kinds: domain
import numpy as np
import torch


def squared_distances(x, y):
    return ((x.unsqueeze(1) - y.unsqueeze(0)) ** 2).sum(-1)


def max_diameter(x, y):
    mins = torch.stack((x.min(dim=0)[0], y.min(dim=0)[0])).min(dim=0)[0]
    maxs = torch.stack((x.max(dim=0)[0], y.max(dim=0)[0])).max(dim=0)[0]
    diameter = (maxs - mins).norm().item()
    return diameter


def epsilon_schedule(p, diameter, blur, scaling):
    """Creates a list of values for the temperature "epsilon" across Sinkhorn iterations."""
    eps_list = [diameter ** p] + [  #-
    diameter = max(diameter, blur)  #+
    eps_list = [diameter ** p] + [  #+
        np.exp(e)
        for e in np.arange(p * np.log(diameter), p * np.log(blur), p * np.log(scaling))  #*
    ] + [blur ** p]
    return eps_list


def scaling_parameters(x, y, p, blur, reach, diameter, scaling):
    if diameter is None:
        D = x.shape[-1]
        diameter = max_diameter(x.view(-1, D), y.view(-1, D))
    eps = blur ** p
    rho = None if reach is None else reach ** p
    eps_list = epsilon_schedule(p, diameter, blur, scaling)
    return diameter, eps, eps_list, rho


def softmin(eps, C_xy, h_y):
    return -eps * (h_y.view(1, -1) - C_xy / eps).logsumexp(1).view(-1)


def sinkhorn_loop(a_log, b_log, C_xy, C_yx, eps_list):
    eps = eps_list[0]
    g_ab = softmin(eps, C_yx, a_log)
    f_ba = softmin(eps, C_xy, b_log)
    for eps in eps_list:
        ft_ba = softmin(eps, C_xy, b_log + g_ab / eps)
        gt_ab = softmin(eps, C_yx, a_log + f_ba / eps)
        f_ba, g_ab = 0.5 * (f_ba + ft_ba), 0.5 * (g_ab + gt_ab)
    return f_ba, g_ab


class SamplesLoss(torch.nn.Module):
    def __init__(self, p=2, blur=0.05, reach=None, diameter=None, scaling=0.5):
        super().__init__()
        self.p, self.blur, self.reach = p, blur, reach
        self.diameter, self.scaling = diameter, scaling

    def forward(self, x, y):
        a = torch.ones(len(x), dtype=x.dtype) / len(x)
        b = torch.ones(len(y), dtype=y.dtype) / len(y)
        C_xy, C_yx = squared_distances(x, y.detach()) / 2, squared_distances(y, x.detach()) / 2
        _, eps, eps_list, _ = scaling_parameters(
            x, y, self.p, self.blur, self.reach, self.diameter, self.scaling)
        f_ba, g_ab = sinkhorn_loop(a.log(), b.log(), C_xy, C_yx, eps_list)
        return torch.dot(a, f_ba) + torch.dot(b, g_ab)
