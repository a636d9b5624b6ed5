# origin: https://github.com/yenchenlin/nerf-pytorch/issues/28
# kinds: domain
import torch
import torch.nn.functional as F


def raw2outputs(raw, z_vals, rays_d, raw_noise_std=0.0, white_bkgd=False):
    """Volume rendering of (rays, samples, 4) network outputs."""
    dists = z_vals[..., 1:] - z_vals[..., :-1]
    dists = torch.cat([dists, torch.full_like(dists[..., :1], 1e10)], dim=-1)
    dists = dists * torch.norm(rays_d[..., None, :], dim=-1)

    rgb = torch.sigmoid(raw[..., :3])
    sigma = raw[..., 3]
    if raw_noise_std > 0.0:
        sigma = sigma + torch.randn_like(sigma) * raw_noise_std
    alpha = 1.0 - torch.exp(-F.relu(sigma) * dists)
    ones = torch.ones_like(alpha[..., :1])
    transmittance = torch.cumprod(torch.cat([ones, 1.0 - alpha + 1e-10], dim=-1), dim=-1)[..., :-1]
    weights = alpha * transmittance

    rgb_map = torch.sum(weights[..., None] * rgb, dim=-2)
    depth_map = torch.sum(weights * z_vals, dim=-1)
    acc_map = torch.sum(weights, dim=-1)
    mean_depth = depth_map / acc_map  #!
    mean_depth = depth_map / (acc_map + 1e-10)  #+
    disp_map = 1.0 / torch.max(1e-10 * torch.ones_like(depth_map), mean_depth)
    if white_bkgd:
        rgb_map = rgb_map + (1.0 - acc_map[..., None])
    return rgb_map, disp_map, acc_map, weights, depth_map


@torch.no_grad()
def render_path(render_poses, render_rays, h, w):
    rgbs, disps = [], []
    for pose in render_poses:
        rgb, disp, *_ = render_rays(pose, h, w)
        rgbs.append(rgb.reshape(h, w, 3).cpu())
        disps.append(disp.reshape(h, w).cpu())
    disps = torch.stack(disps)
    return torch.stack(rgbs), disps / disps.max()
