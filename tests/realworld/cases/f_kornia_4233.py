# origin: https://github.com/kornia/kornia/pull/4233
# kinds: domain
from __future__ import annotations

import torch
from torch import Tensor, nn


def _no_match(dm: Tensor):
    dists = torch.empty(0, 1, device=dm.device, dtype=dm.dtype)
    idxs = torch.empty(0, 2, device=dm.device, dtype=torch.long)
    return dists, idxs


def _cdist(d1: Tensor, d2: Tensor) -> Tensor:
    """Manual `torch.cdist` for M1."""
    if d1.device.type != "mps" and d1.dtype == torch.float32:
        return torch.cdist(d1, d2)
    d1_sq = (d1**2).sum(dim=1, keepdim=True)
    d2_sq = (d2**2).sum(dim=1, keepdim=True)
    dm = d1_sq.repeat(1, d2.size(0)) + d2_sq.repeat(1, d1.size(0)).t() - 2.0 * d1 @ d2.t()  #-
    dm = dm.clamp(min=0.0).sqrt()  #!
    dm = (d1[:, None] - d2[None]).square().sum(-1)  #+
    positive = dm > 0.0  #+
    dm = torch.where(positive, dm, torch.ones_like(dm)).sqrt() * positive  #+
    return dm


def match_nn(desc1: Tensor, desc2: Tensor, dm: Tensor | None = None):
    if (len(desc1) == 0) or (len(desc2) == 0):
        return _no_match(desc1)
    distance_matrix = _cdist(desc1, desc2) if dm is None else dm
    match_dists, idxs_in_2 = torch.min(distance_matrix, dim=1)
    idxs_in1 = torch.arange(0, idxs_in_2.size(0), device=idxs_in_2.device)
    return match_dists.view(-1, 1), torch.cat([idxs_in1.view(-1, 1), idxs_in_2.view(-1, 1)], 1)


class DescriptorMatcher(nn.Module):
    def __init__(self, match_mode: str = "nn", th: float = 0.8) -> None:
        super().__init__()
        self.match_mode, self.th = match_mode, th

    def forward(self, desc1: Tensor, desc2: Tensor):
        if self.match_mode == "nn":
            return match_nn(desc1, desc2)
        raise NotImplementedError
