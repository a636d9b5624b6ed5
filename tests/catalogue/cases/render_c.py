# origin: volume rendering
# kinds: NS303
import torch


def raw2outputs(raw, z_vals):
    dists = z_vals[..., 1:] - z_vals[..., :-1]
    alpha = 1.0 - torch.exp(-torch.nn.functional.softplus(raw[..., 3]) * dists)
    weights = alpha * torch.cumprod(1.0 - alpha + 1e-10, -1)
    depth = torch.sum(weights * z_vals[..., :-1], -1)
    disp = 1.0 / torch.max(1e-10 * torch.ones_like(depth), depth / torch.sum(weights, -1))  #!
    disp = 1.0 / torch.max(1e-10 * torch.ones_like(depth), depth / (torch.sum(weights, -1) + 1e-10))  #+
    return disp
