# origin: https://github.com/kyegomez/SingLoRA/issues/6
# kinds: precision
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class SingLoRALayer(nn.Module):
    """Low rank adaptation with a single matrix, W = W0 + u(t) * alpha / r * A A^T."""

    def __init__(self, linear: nn.Linear, rank: int = 8, alpha: float = 8.0, ramp_up_steps: int = 1000,
                 min_factor: float = 1e-2):
        super().__init__()
        self.out_features, self.in_features = linear.weight.shape
        self.rank = rank
        self.scale = alpha / rank
        self.ramp_up_steps = ramp_up_steps
        self.min_factor = min_factor
        self.weight = nn.Parameter(linear.weight.detach().clone(), requires_grad=False)
        self.bias = linear.bias
        self.A = nn.Parameter(torch.empty(max(self.out_features, self.in_features), rank))
        nn.init.kaiming_uniform_(self.A, a=math.sqrt(5))
        self.training_step = 0

    def _get_update_factor(self) -> float:
        """Ramp-up u(t) of the paper."""
        return min(self.training_step / self.ramp_up_steps, 1.0)  #-
        return max(min(self.training_step / self.ramp_up_steps, 1.0), self.min_factor)  #+

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        u_t = self._get_update_factor()
        update = (self.A[: self.out_features] @ self.A[: self.in_features].T) * (self.scale * u_t)
        if self.training:
            self.training_step += 1
        weight = self.weight + update.to(self.weight.dtype)  #!
        return F.linear(x, weight, self.bias)  #-
        weight = self.weight.float() + update.float()  #+
        bias = None if self.bias is None else self.bias.float()  #+
        return F.linear(x.float(), weight, bias).to(x.dtype)  #+


def apply_singlora_to_model(model: nn.Module, target_modules, **kwargs) -> nn.Module:
    for name, module in list(model.named_modules()):
        if isinstance(module, nn.Linear) and any(t in name for t in target_modules):
            parent = model.get_submodule(name.rpartition(".")[0])
            setattr(parent, name.rpartition(".")[2], SingLoRALayer(module, **kwargs))
    return model


def build_finetune_model(base: nn.Module, target_modules=("q_proj", "v_proj")):
    base.requires_grad_(False)
    base = base.to(torch.bfloat16)
    model = apply_singlora_to_model(base, target_modules, rank=8, alpha=8.0, ramp_up_steps=1000)
    adapters = []
    for module in model.modules():
        if isinstance(module, SingLoRALayer):
            module.A.data = module.A.data.float()
            adapters.append(module.A)
    optimizer = torch.optim.AdamW(adapters, lr=1e-3, weight_decay=0.0)
    return model, optimizer
