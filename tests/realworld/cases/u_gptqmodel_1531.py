# origin: https://github.com/ModelCloud/GPTQModel/pull/1531
# kinds: domain
import torch
import torch.nn as nn


def quantize(x, scale, zero, maxq):
    q = torch.clamp(torch.round(x / scale) + zero, 0, maxq)  #!
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)  #+
    q = torch.clamp(torch.round(x / scale) + zero, 0, maxq)  #+
    return scale * (q - zero)


class Quantizer(nn.Module):
    def __init__(self, bits=4):
        super().__init__()
        self.maxq = 2 ** bits - 1
        self.register_buffer("scale", torch.zeros(1))
        self.register_buffer("zero", torch.zeros(1))

    def find_params(self, weight):
        xmax = weight.abs().amax(dim=1)
        self.scale = (2 * xmax / self.maxq).unsqueeze(1)
        self.zero = torch.full_like(self.scale, (self.maxq + 1) / 2)

    def quantize(self, weight):
        return quantize(weight, self.scale, self.zero, self.maxq)


@torch.no_grad()
def quantize_linear(layer: nn.Linear, bits=4, group_size=128):
    weight = layer.weight.data.clone().float()
    quantizer = Quantizer(bits)
    error = 0.0
    for start in range(0, weight.shape[1], group_size):
        block = weight[:, start:start + group_size]
        quantizer.find_params(block)
        dequantized = quantizer.quantize(block)
        error += (block - dequantized).pow(2).sum().item()
        weight[:, start:start + group_size] = dequantized
    layer.weight.data.copy_(weight.to(layer.weight.dtype))
    return error
