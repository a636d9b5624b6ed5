# origin: https://github.com/kcheng1021/GaussianPro/issues/87
# kinds: domain
import torch
import torch.nn as nn


def inverse_sigmoid(x):
    x = x.clamp(1e-5, 1 - 1e-5)  #+
    return torch.log(x / (1 - x))  #*


class GaussianCloud:
    def __init__(self, sh_degree=3):
        self.sh_coeffs = (sh_degree + 1) ** 2
        self.xyz = nn.Parameter(torch.empty(0, 3))
        self.features = nn.Parameter(torch.empty(0, self.sh_coeffs, 3))
        self.scaling = nn.Parameter(torch.empty(0, 3))
        self.rotation = nn.Parameter(torch.empty(0, 4))
        self.opacity = nn.Parameter(torch.empty(0, 1))

    @property
    def get_opacity(self):
        return torch.sigmoid(self.opacity)

    def densify_from_depth_propagation(self, points, colors, spacing):
        n = points.shape[0]
        features = torch.zeros(n, self.sh_coeffs, 3, device=points.device)
        features[:, 0] = (colors - 0.5) / 0.28209479177387814
        scales = torch.log(spacing.clamp(min=1e-7))[:, None].repeat(1, 3)
        rots = torch.zeros(n, 4, device=points.device)
        rots[:, 0] = 1
        opacities = inverse_sigmoid(1.0 * torch.ones((n, 1), device=points.device))  #*
        self._append(points, features, scales, rots, opacities)

    def _append(self, xyz, features, scaling, rotation, opacity):
        self.xyz = nn.Parameter(torch.cat([self.xyz.data, xyz]))
        self.features = nn.Parameter(torch.cat([self.features.data, features]))
        self.scaling = nn.Parameter(torch.cat([self.scaling.data, scaling]))
        self.rotation = nn.Parameter(torch.cat([self.rotation.data, rotation]))
        self.opacity = nn.Parameter(torch.cat([self.opacity.data, opacity]))
