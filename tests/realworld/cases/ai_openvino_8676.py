# origin: https://github.com/openvinotoolkit/openvino/pull/8676
# kinds: underflow domain
import torch
from torch import nn


class L2NormScale(nn.Module):
    """Channel-wise L2 normalisation in front of the SSD heads (ParseNet)."""

    def __init__(self, channels, scale=20.0):
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels,), float(scale)))

    def forward(self, x):
        norm = x.pow(2).sum(dim=1, keepdim=True).sqrt()
        x = x / (norm + 1e-12)  #!
        x = x / (norm + torch.finfo(x.dtype).tiny)  #+
        return x * self.weight.view(1, -1, 1, 1)


class SoftArgmax(nn.Module):
    """Expected keypoint position under a non-negative heatmap."""

    def forward(self, heat):
        b, k, h, w = heat.shape
        heat = torch.relu(heat).flatten(2)
        total = heat.sum(dim=-1, keepdim=True)
        prob = (heat / torch.clamp(total, min=1e-9)).view(b, k, h, w)  #!
        prob = (heat / torch.clamp(total, min=torch.finfo(heat.dtype).tiny)).view(b, k, h, w)  #+
        ys = torch.linspace(0, 1, h, device=heat.device).to(heat.dtype)
        xs = torch.linspace(0, 1, w, device=heat.device).to(heat.dtype)
        y = (prob.sum(dim=3) * ys).sum(dim=2)
        x = (prob.sum(dim=2) * xs).sum(dim=2)
        return torch.stack([x, y], dim=-1)


class KeypointNet(nn.Module):
    def __init__(self, num_keypoints=17):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 32, 3, stride=2, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.ReLU(inplace=True),
        )
        self.norm = L2NormScale(64)
        self.head = nn.Conv2d(64, num_keypoints, 1)
        self.decode = SoftArgmax()

    def forward(self, x):
        return self.decode(self.head(self.norm(self.stem(x))))


def export_fp16(checkpoint, path):
    model = KeypointNet()
    model.load_state_dict(torch.load(checkpoint, map_location="cpu"))
    model = model.half().eval()
    dummy = torch.zeros(1, 3, 256, 192, dtype=torch.float16)
    torch.onnx.export(model, dummy, path, opset_version=11)
