# origin: https://github.com/pytorch/pytorch/pull/131060
# kinds: domain
import torch
from torch import nn


class CameraCrossAttention(nn.Module):
    """Bird's-eye-view queries attend to the image tokens that see their cell."""

    def __init__(self, dim, heads=8):
        super().__init__()
        self.heads = heads
        self.scale = (dim // heads) ** -0.5
        self.to_q = nn.Linear(dim, dim, bias=False)
        self.to_k = nn.Linear(dim, dim, bias=False)
        self.to_v = nn.Linear(dim, dim, bias=False)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def _split(self, x):
        b, n, d = x.shape
        return x.view(b, n, self.heads, d // self.heads).transpose(1, 2)

    def forward(self, bev, tokens, visible):
        """bev: (B, Q, D), tokens: (B, T, D), visible: (B, Q, T) bool."""
        q = self._split(self.to_q(self.norm(bev)))
        k = self._split(self.to_k(tokens))
        v = self._split(self.to_v(tokens))

        sim = torch.einsum("bhqd,bhtd->bhqt", q, k) * self.scale
        unseen = ~visible.any(dim=-1, keepdim=True)  #+
        sim = sim.masked_fill(~(visible | unseen).unsqueeze(1), float("-inf"))  #+
        sim = sim.masked_fill(~visible.unsqueeze(1), float("-inf"))  #-
        weights = sim.softmax(dim=-1)  #*
        weights = weights.masked_fill(unseen.unsqueeze(1), 0.0)  #+

        out = torch.einsum("bhqt,bhtd->bhqd", weights, v)
        out = out.transpose(1, 2).flatten(2)
        return bev + self.proj(out)


def visibility(cells, intrinsics, extrinsics, feat_size):
    """cells: (Q, 3) world points -> (B, Q, H*W) which token each cell falls on."""
    h, w = feat_size
    cam = torch.einsum("bij,qj->bqi", extrinsics[:, :3, :3], cells) + extrinsics[:, None, :3, 3]
    pix = torch.einsum("bij,bqj->bqi", intrinsics, cam)
    depth = pix[..., 2]
    uv = (pix[..., :2] / depth.clamp(min=0.1).unsqueeze(-1)).floor().long()
    inside = (depth > 0.1) & (uv[..., 0] >= 0) & (uv[..., 0] < w) & (uv[..., 1] >= 0) & (uv[..., 1] < h)
    flat = (uv[..., 1] * w + uv[..., 0]).clamp(0, h * w - 1)
    vis = torch.zeros(*flat.shape, h * w, dtype=torch.bool, device=cells.device)
    return vis.scatter(-1, flat.unsqueeze(-1), inside.unsqueeze(-1))
