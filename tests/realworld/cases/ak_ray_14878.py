# origin: https://github.com/ray-project/ray/issues/14878
# kinds: domain
import torch
from torch import nn
import torch.nn.functional as F


class SplatCloud(nn.Module):
    """A set of isotropic Gaussians with colour and opacity."""

    def __init__(self, xyz, rgb, opacity=0.1):
        super().__init__()
        n = len(xyz)
        self.xyz = nn.Parameter(xyz.clone())
        self.rgb = nn.Parameter(rgb.clone())
        self.log_scale = nn.Parameter(torch.full((n, 1), -3.0))
        raw = torch.logit(torch.full((n, 1), opacity))
        self.opacity_raw = nn.Parameter(raw)

    @property
    def opacity(self):
        return torch.sigmoid(self.opacity_raw)

    @torch.no_grad()
    def shared_opacity(self, index):
        """Raw opacity of each half when a Gaussian is replaced by two equal ones."""
        alpha = self.opacity[index]  #-
        alpha = 1.0 - torch.sqrt(1.0 - alpha)  #-
        return torch.log(alpha / (1.0 - alpha))  #!
        raw = self.opacity_raw[index].clamp(-25.0, 25.0)  #+
        log_rest = 0.5 * F.logsigmoid(-raw)  #+
        return torch.log(-torch.expm1(log_rest)) - log_rest  #+

    @torch.no_grad()
    def split(self, grad_norm, threshold=2e-4):
        index = torch.nonzero(grad_norm > threshold).squeeze(-1)
        if index.numel() == 0:
            return 0
        raw = self.shared_opacity(index)
        scale = self.log_scale[index].exp()
        jitter = torch.randn_like(self.xyz[index]) * scale
        self.opacity_raw.data[index] = raw
        self.log_scale.data[index] -= 0.47
        self._append(
            xyz=self.xyz[index] + jitter,
            rgb=self.rgb[index],
            log_scale=self.log_scale[index],
            opacity_raw=raw,
        )
        return index.numel()

    def _append(self, **new):
        for name, rows in new.items():
            old = getattr(self, name)
            setattr(self, name, nn.Parameter(torch.cat([old.data, rows])))

    @torch.no_grad()
    def prune(self, min_opacity=0.005):
        keep = self.opacity.squeeze(-1) > min_opacity
        for name in ("xyz", "rgb", "log_scale", "opacity_raw"):
            setattr(self, name, nn.Parameter(getattr(self, name).data[keep]))
        return int((~keep).sum())
