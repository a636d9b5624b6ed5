# origin: https://github.com/Xilinx/brevitas/issues/767
# kinds: domain
from typing import NamedTuple, Optional

import torch
from torch import Tensor


class QuantTensor(NamedTuple):
    value: Tensor
    scale: Optional[Tensor] = None
    zero_point: Optional[Tensor] = None
    bit_width: Optional[Tensor] = None
    signed: Optional[bool] = None

    @property
    def is_not_none(self):
        return (self.value is not None and self.scale is not None and
                self.zero_point is not None and self.bit_width is not None and self.signed is not None)

    @staticmethod
    def is_zero_zero_point(tensor):
        return (tensor.zero_point == 0.).all()

    def int(self):
        return torch.round(self.value / self.scale + self.zero_point)

    def __mul__(self, other):
        if isinstance(other, QuantTensor) and self.is_not_none and other.is_not_none:
            output_value = self.value * other.value
            output_scale = self.scale * other.scale
            output_bit_width = self.bit_width + other.bit_width
            output_signed = self.signed or other.signed
            if self.is_zero_zero_point(self) and self.is_zero_zero_point(other):
                output_zero_point = self.zero_point * other.zero_point
            else:
                raise RuntimeError("Zero-points of mul operands are non-zero, not supported.")
            return QuantTensor(output_value, output_scale, output_zero_point, output_bit_width, output_signed)
        return QuantTensor(self.value * getattr(other, "value", other))

    def __truediv__(self, other):
        if isinstance(other, QuantTensor) and self.is_not_none and other.is_not_none:
            output_tensor = self.value / other.value
            max_int_denominator = 2 ** (other.bit_width - int(other.signed))
            output_scale = self.scale / (other.scale * max_int_denominator)
            output_bit_width = self.bit_width - other.bit_width
            output_signed = self.signed or other.signed
            if self.is_zero_zero_point(self) and self.is_zero_zero_point(other):
                output_zero_point = self.zero_point / other.zero_point  #!
                output_zero_point = self.zero_point * other.zero_point  #+
            else:
                output_zero_point = None
            return QuantTensor(output_tensor, output_scale, output_zero_point, output_bit_width, output_signed)
        return QuantTensor(self.value / getattr(other, "value", other))


def quantize(x, scale=0.05, bit_width=8, signed=True):
    n = 2 ** (bit_width - 1)
    value = torch.clamp(torch.round(x / scale), -n, n - 1) * scale
    return QuantTensor(value, torch.tensor(scale), torch.tensor(0.), torch.tensor(float(bit_width)), signed)
