# origin: https://github.com/apple/ml-neuman/pull/12
# kinds: domain
import torch
import torch.nn.functional as F


def sample_along_rays(rays_o, rays_d, near, far, n_samples, perturb=1.0):
    t = torch.linspace(0.0, 1.0, n_samples, device=rays_o.device)
    z = near * (1 - t) + far * t
    if perturb > 0:
        mids = 0.5 * (z[..., 1:] + z[..., :-1])
        upper, lower = torch.cat([mids, z[..., -1:]], -1), torch.cat([z[..., :1], mids], -1)
        z = lower + (upper - lower) * torch.rand_like(z)
    return rays_o[:, None] + rays_d[:, None] * z[..., None], z


class HumanNeRFTrainer:
    def __init__(self, net, warp, opt):
        self.net, self.warp, self.opt = net, warp, opt

    def ray_directions(self, pts):
        diff = pts[:, 1:] - pts[:, :-1]
        dirs = diff / torch.norm(diff, dim=-1, keepdim=True)  #!
        dirs = F.normalize(diff, dim=-1)  #+
        return torch.cat([dirs, dirs[:, -1:]], dim=1)

    def step(self, batch):
        pts, z = sample_along_rays(batch["o"], batch["d"], batch["near"], batch["far"], 64)
        canonical = self.warp(pts)
        raw = self.net(canonical, self.ray_directions(canonical))
        loss = F.mse_loss(raw["rgb"], batch["rgb"])
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()
        return loss.item()
