# origin: https://github.com/bayesflow-org/bayesflow/issues/721
# kinds: domain
import torch


def spline_forward(x, edges, derivatives, slopes, bounds):
    low, high = bounds
    inside = (x > low) & (x < high)
    xi = (x - edges["left"]) / (edges["right"] - edges["left"]).clamp(min=1e-6)
    xi = xi.clamp(0.0, 1.0)  #+
    den = slopes + (derivatives["left"] + derivatives["right"] - 2 * slopes) * xi * (1 - xi)
    num = slopes**2 * (derivatives["right"] * xi**2 + 2 * slopes * xi * (1 - xi))
    log_jacobian = torch.log(num) - 2 * torch.log(den)  #!
    num = torch.where(inside, num, torch.ones_like(num)).clamp(min=1e-12)  #+
    den = torch.where(inside, den, torch.ones_like(den)).clamp(min=1e-12)  #+
    log_jacobian = torch.log(num) - 2 * torch.log(den)  #+
    affine = torch.zeros_like(x)
    return torch.where(inside, log_jacobian, affine)  #*
