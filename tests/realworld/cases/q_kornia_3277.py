# origin: https://github.com/kornia/kornia/pull/3277
# kinds: domain cancellation
import torch
from torch import Tensor, nn


def hat(v: Tensor) -> Tensor:
    x, y, z = v.unbind(-1)
    o = torch.zeros_like(x)
    return torch.stack((o, -z, y, z, o, -x, -y, x, o), -1).unflatten(-1, (3, 3))


def se3_log(omega: Tensor, t: Tensor) -> Tensor:
    """Tangent vector (B, 6) of a rigid motion given its rotation vector and translation."""
    theta_sq = (omega * omega).sum(-1)
    theta = theta_sq.sqrt()  #!
    small = theta_sq < 1e-2  #+
    safe_sq = torch.where(small, torch.ones_like(theta_sq), theta_sq)  #+
    theta = safe_sq.sqrt()  #+
    half = 0.5 * theta
    coef = (1 - half * half.cos() / half.sin()) / theta.pow(2)  #!
    coef = (1 - half * half.cos() / half.sin()) / safe_sq  #+
    coef = torch.where(small, 1.0 / 12.0 + theta_sq / 720.0, coef)  #+
    omega_hat = hat(omega)
    eye = torch.eye(3, device=omega.device, dtype=omega.dtype)
    v_inv = eye - 0.5 * omega_hat + coef[..., None, None] * (omega_hat @ omega_hat)
    upsilon = (v_inv @ t[..., None]).squeeze(-1)
    return torch.cat((upsilon, omega), -1)


class PoseCorrection(nn.Module):
    def __init__(self, num_views: int) -> None:
        super().__init__()
        self.omega = nn.Parameter(torch.zeros(num_views, 3))
        self.trans = nn.Parameter(torch.zeros(num_views, 3))

    def forward(self, target: Tensor) -> Tensor:
        residual = se3_log(self.omega, self.trans) - target
        return residual.pow(2).sum(-1).mean()


def refine(target: Tensor, steps: int = 50) -> PoseCorrection:
    model = PoseCorrection(target.shape[0])
    opt = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(steps):
        opt.zero_grad()
        loss = model(target)
        loss.backward()
        opt.step()
    return model
