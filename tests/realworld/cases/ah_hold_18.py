# origin: https://github.com/zc-alexfan/hold/pull/18
# kinds: domain
import torch
import torch.nn as nn


def depth2pts_outside(ray_o, ray_d, depth, bounding_sphere_r=3.0):
    """
    ray_o, ray_d: [..., 3]; depth: [...], inverse of the distance to the sphere origin
    """
    o_dot_d = torch.sum(ray_d * ray_o, dim=-1)
    under_sqrt = o_dot_d ** 2 - (torch.sum(ray_o ** 2, dim=-1) - bounding_sphere_r ** 2)
    d_sphere = torch.sqrt(under_sqrt) - o_dot_d
    p_sphere = ray_o + d_sphere.unsqueeze(-1) * ray_d
    p_mid = ray_o - o_dot_d.unsqueeze(-1) * ray_d
    p_mid_norm = torch.norm(p_mid, dim=-1)

    rot_axis = torch.cross(ray_o, p_sphere, dim=-1)
    rot_axis = rot_axis / torch.norm(rot_axis, dim=-1, keepdim=True)  #!
    rot_axis = rot_axis / (torch.norm(rot_axis, dim=-1, keepdim=True) + 1e-8)  #+
    phi = torch.asin(p_mid_norm / bounding_sphere_r)
    theta = torch.asin(p_mid_norm * depth)
    rot_angle = (phi - theta).unsqueeze(-1)

    p_sphere_new = (
        p_sphere * torch.cos(rot_angle)
        + torch.cross(rot_axis, p_sphere, dim=-1) * torch.sin(rot_angle)
        + rot_axis * torch.sum(rot_axis * p_sphere, dim=-1, keepdim=True) * (1.0 - torch.cos(rot_angle))
    )
    p_sphere_new = p_sphere_new / torch.norm(p_sphere_new, dim=-1, keepdim=True)
    return torch.cat((p_sphere_new, depth.unsqueeze(-1)), dim=-1)


class Background(nn.Module):
    def __init__(self, hidden=64, n_samples=16):
        super().__init__()
        self.n_samples = n_samples
        self.net = nn.Sequential(nn.Linear(4, hidden), nn.Softplus(), nn.Linear(hidden, 4))

    def forward(self, ray_dirs, cam_loc):
        n_rays = ray_dirs.shape[0]
        z_vals_bg = torch.linspace(0.0, 1.0, self.n_samples).flip(0) / 3.0
        z_vals_bg = z_vals_bg.expand(n_rays, -1)
        bg_dirs = ray_dirs.unsqueeze(1).expand(-1, self.n_samples, -1)
        bg_locs = cam_loc.unsqueeze(1).expand(-1, self.n_samples, -1)
        bg_points = depth2pts_outside(bg_locs, bg_dirs, z_vals_bg)
        return self.net(bg_points)


if __name__ == "__main__":
    dirs = torch.nn.functional.normalize(torch.randn(32, 3), dim=-1)
    print(Background()(dirs, torch.zeros(32, 3)).mean())
