# origin: https://github.com/huggingface/transformers/pull/29285
# kinds: precision
import torch
from torch import nn
import torch.nn.functional as F


def pixel_grid(flow):
    """Absolute sampling position of each pixel, shape (b, 2, h, w)."""
    b, _, h, w = flow.shape
    ys = torch.arange(h, device=flow.device).to(flow.dtype)  #-
    xs = torch.arange(w, device=flow.device).to(flow.dtype)  #-
    ys = torch.arange(h, device=flow.device, dtype=torch.float32)  #+
    xs = torch.arange(w, device=flow.device, dtype=torch.float32)  #+
    gy, gx = torch.meshgrid(ys, xs, indexing="ij")
    grid = torch.stack([gx, gy]).expand(b, -1, -1, -1)
    return grid + flow  #!
    return grid + flow.float()  #+


def warp(image, flow):
    h, w = image.shape[-2:]
    pos = pixel_grid(flow)
    x = 2.0 * pos[:, 0] / (w - 1) - 1.0
    y = 2.0 * pos[:, 1] / (h - 1) - 1.0
    grid = torch.stack([x, y], dim=-1)
    out = F.grid_sample(image.float(), grid.float(), align_corners=True, padding_mode="border")
    return out.to(image.dtype)


class FrameInterpolator(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(6, width, 3, padding=1),
            nn.PReLU(width),
            nn.Conv2d(width, width, 3, padding=1),
            nn.PReLU(width),
        )
        self.flow = nn.Conv2d(width, 4, 3, padding=1)
        self.blend = nn.Conv2d(width, 1, 3, padding=1)

    def forward(self, first, second):
        h = self.trunk(torch.cat([first, second], dim=1))
        f0, f1 = self.flow(h).chunk(2, dim=1)
        m = torch.sigmoid(self.blend(h))
        return m * warp(first, f0) + (1 - m) * warp(second, f1)


@torch.inference_mode()
def interpolate_video(frames, weights, device="cuda"):
    net = FrameInterpolator()
    net.load_state_dict(torch.load(weights, map_location="cpu"))
    net = net.to(device, torch.bfloat16).eval()
    clip = frames.to(device, torch.bfloat16)
    for a, b in zip(clip[:-1], clip[1:]):
        yield a.float().cpu()
        yield net(a[None], b[None])[0].float().cpu()
