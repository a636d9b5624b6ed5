# origin: https://github.com/pytorch/pytorch/issues/36888
# kinds: domain
import torch
import torch.nn as nn


class MinMaxObserver(nn.Module):
    """Tracks the range of a tensor and derives affine uint8 parameters."""

    def __init__(self, quant_min=0, quant_max=255):
        super().__init__()
        self.quant_min = quant_min
        self.quant_max = quant_max
        self.register_buffer("min_val", torch.tensor(float("inf")))
        self.register_buffer("max_val", torch.tensor(float("-inf")))

    def forward(self, x):
        detached = x.detach().float()
        self.min_val.copy_(torch.minimum(self.min_val, detached.amin()))
        self.max_val.copy_(torch.maximum(self.max_val, detached.amax()))
        return x

    def calculate_qparams(self):
        if self.min_val > self.max_val:
            raise RuntimeError("run the observer before calculate_qparams")
        low = torch.clamp(self.min_val, max=0.0)
        high = torch.clamp(self.max_val, min=0.0)
        scale = (high - low) / float(self.quant_max - self.quant_min)
        zero_point = self.quant_min - torch.round(low / scale)  #!
        scale = torch.clamp(scale, min=torch.finfo(torch.float32).eps)  #+
        zero_point = self.quant_min - torch.round(low / scale)  #+
        zero_point = zero_point.clamp(self.quant_min, self.quant_max)
        return scale, zero_point


class FakeQuantize(nn.Module):
    def __init__(self, observer=None):
        super().__init__()
        self.observer = observer if observer is not None else MinMaxObserver()

    def forward(self, x):
        self.observer(x)
        scale, zero_point = self.observer.calculate_qparams()
        q = torch.round(x / scale + zero_point)
        q = q.clamp(self.observer.quant_min, self.observer.quant_max)
        return (q - zero_point) * scale


def calibrate(model, loader):
    with torch.no_grad():
        for batch in loader:
            model(batch)
    return {n: m.calculate_qparams() for n, m in model.named_modules() if isinstance(m, MinMaxObserver)}
