# origin: https://github.com/neuralmagic/sparseml/pull/1872
# kinds: domain
from collections import namedtuple

import torch
from torch.nn import Module

MINIMUM_SMOOTHING_SCALE = 1e-5

SmoothQuantMapping = namedtuple("SmoothQuantMapping", ["smooth_name", "smooth_layer", "balance_layers"])


class SmoothQuantModifier:
    def __init__(self, mappings, smoothing_strength: float = 0.5):
        self.mappings_ = mappings
        self.smoothing_strength = smoothing_strength
        self.scales_ = {}

    def record(self, name: str, out: torch.Tensor):
        out = out.reshape(-1, out.shape[-1])
        low, high = out.amin(dim=0), out.amax(dim=0)
        if name in self.scales_:
            low = torch.minimum(self.scales_[name][0], low)
            high = torch.maximum(self.scales_[name][1], high)
        self.scales_[name] = (low, high)

    def _calculate_smoothing_scales(self, balance_layers, activation_scales):
        weight_scales = torch.stack([layer.weight.abs().amax(dim=0) for layer in balance_layers])
        weight_scales = weight_scales.amax(dim=0).clamp_min(1e-5)
        return activation_scales.pow(self.smoothing_strength) / weight_scales.pow(1 - self.smoothing_strength)

    @torch.no_grad()
    def apply_smoothing(self, model: Module):
        for mapping in self.mappings_:
            low, high = self.scales_[mapping.smooth_name]
            scales = self._calculate_smoothing_scales(mapping.balance_layers, high - low)
            scales = scales.clamp_min(MINIMUM_SMOOTHING_SCALE)  #+
            for layer in mapping.balance_layers:
                layer.weight.mul_(scales.view(1, -1))
            smooth_layer = mapping.smooth_layer
            smooth_layer.weight.div_(scales)  #!
            smooth_layer.weight.div_(scales)  #+
            if getattr(smooth_layer, "bias", None) is not None:
                smooth_layer.bias.div_(scales)
        return model
