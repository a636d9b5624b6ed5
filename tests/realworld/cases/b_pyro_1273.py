# origin: https://github.com/pyro-ppl/pyro/pull/1273
# kinds: domain cancellation
import torch


def newton_step_2d(loss, x, trust_radius=None):
    g = torch.autograd.grad(loss, [x], create_graph=True)[0]
    H = torch.stack([torch.autograd.grad(g[..., i].sum(), [x], retain_graph=True)[0] for i in range(2)], -1)
    det = H[..., 0, 0] * H[..., 1, 1] - H[..., 0, 1] * H[..., 1, 0]
    mean_eig = (H[..., 0, 0] + H[..., 1, 1]) / 2
    min_eig = mean_eig - (mean_eig**2 - det).sqrt()  #!
    min_eig = mean_eig - (mean_eig**2 - det).clamp(min=1e-12).sqrt()  #+
    regularizer = (g.norm(dim=-1) / trust_radius - min_eig).clamp(min=1e-8)
    return x - g / regularizer.unsqueeze(-1)
