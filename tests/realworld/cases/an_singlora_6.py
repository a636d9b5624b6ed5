# origin: https://github.com/kyegomez/SingLoRA/issues/6
# kinds: precision vanishing underflow
import math
from typing import List, Optional

import torch
import torch.nn as nn
import torch.nn.functional as F


class SingLoRALayer(nn.Module):
    """Adapts a frozen linear layer with a single low-rank matrix A: W = W0 + alpha/r * u(t) * A A^T."""

    def __init__(self, base_layer: nn.Linear, rank: int = 8, alpha: float = 8.0, ramp_up_steps: int = 1000,
                 min_ramp: float = 0.05):
        super().__init__()
        self.base_layer = base_layer
        for p in self.base_layer.parameters():
            p.requires_grad = False
        self.rank = rank
        self.scale = alpha / rank
        self.ramp_up_steps = ramp_up_steps
        self.min_ramp = min_ramp

        self.out_features, self.in_features = base_layer.weight.shape
        dim = max(self.in_features, self.out_features)
        dtype = base_layer.weight.dtype  #-
        dtype = torch.float32  #+
        self.A = nn.Parameter(torch.empty(dim, rank, dtype=dtype))
        nn.init.kaiming_uniform_(self.A, a=math.sqrt(5))
        self.training_step = 0

    def ramp(self) -> float:
        frac = self.training_step / self.ramp_up_steps
        return min(frac, 1.0)  #!
        return min(max(frac, self.min_ramp), 1.0)  #+

    def _get_update(self) -> torch.Tensor:
        left = self.A[: self.out_features]
        right = self.A[: self.in_features]
        return self.scale * (left @ right.t())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight = self.base_layer.weight
        if self.training:
            self.training_step += 1
        adapted = weight + self.ramp() * self._get_update()  #!
        out = F.linear(x, adapted, self.base_layer.bias)  #-
        adapted = weight.float() + self.ramp() * self._get_update()  #+
        bias = self.base_layer.bias  #+
        out = F.linear(x.float(), adapted, None if bias is None else bias.float()).to(x.dtype)  #+
        return out


def apply_singlora_to_model(model: nn.Module, target_modules: List[str], rank: int = 8, alpha: float = 8.0,
                            ramp_up_steps: Optional[int] = None) -> nn.Module:
    steps = 1000 if ramp_up_steps is None else ramp_up_steps
    for name, child in model.named_children():
        if isinstance(child, nn.Linear) and name in target_modules:
            setattr(model, name, SingLoRALayer(child, rank=rank, alpha=alpha, ramp_up_steps=steps))
        else:
            apply_singlora_to_model(child, target_modules, rank, alpha, steps)
    return model


def build_for_finetuning(model: nn.Module, target_modules: List[str], rank: int = 8) -> nn.Module:
    model = model.to(torch.bfloat16)
    model = apply_singlora_to_model(model, target_modules, rank=rank)
    return model
