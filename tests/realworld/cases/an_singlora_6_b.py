# origin: https://github.com/kyegomez/SingLoRA/issues/6
# kinds: precision underflow vanishing
import torch
import torch.nn as nn


class SingLoRALayer(nn.Module):
    """Low rank adapter with a single matrix, W = W0 + (alpha / r) * u(t) * A A^T."""

    def __init__(self, layer: nn.Linear, rank: int = 8, alpha: float = 8.0, ramp_up_steps: int = 1000,
                 dtype: torch.dtype = torch.bfloat16, min_factor: float = 0.02):
        super().__init__()
        self.rank = rank
        self.alpha = alpha
        self.ramp_up_steps = ramp_up_steps
        self.min_factor = min_factor
        self.d_out, self.d_in = layer.weight.shape
        self.max_dim = max(self.d_out, self.d_in)

        self.weight = nn.Parameter(layer.weight.data.to(dtype), requires_grad=False)
        self.bias = None
        if layer.bias is not None:
            self.bias = nn.Parameter(layer.bias.data.to(dtype), requires_grad=False)

        self.A = nn.Parameter(torch.empty(self.max_dim, rank, dtype=dtype))  #-
        self.A = nn.Parameter(torch.empty(self.max_dim, rank, dtype=torch.float32))  #+
        nn.init.kaiming_uniform_(self.A, a=5 ** 0.5)
        self.register_buffer("training_step", torch.tensor(0, dtype=torch.long))

    def _get_update_weight(self) -> torch.Tensor:
        factor = torch.clamp(self.training_step / self.ramp_up_steps, max=1.0)  #-
        factor = torch.clamp(self.training_step / self.ramp_up_steps, min=self.min_factor, max=1.0)  #+
        gram = self.A @ self.A.t()
        delta = gram[: self.d_out, : self.d_in]
        return delta * (self.alpha / self.rank) * factor

    def effective_weight(self) -> torch.Tensor:
        return self.weight + self._get_update_weight().to(self.weight.dtype)  #!
        return self.weight.float() + self._get_update_weight()  #+

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training:
            self.training_step += 1
        out = nn.functional.linear(x, self.effective_weight())  #-
        out = nn.functional.linear(x.float(), self.effective_weight()).to(x.dtype)  #+
        return out if self.bias is None else out + self.bias

    def extra_repr(self) -> str:
        return f"d_in={self.d_in}, d_out={self.d_out}, rank={self.rank}, alpha={self.alpha}"


def apply_singlora_to_model(model: nn.Module, target_modules: list, **kwargs) -> None:
    """Replaces the named linear layers in place."""
    for name, module in model.named_children():
        if isinstance(module, nn.Linear) and name in target_modules:
            setattr(model, name, SingLoRALayer(module, **kwargs))
        else:
            apply_singlora_to_model(module, target_modules, **kwargs)


def trainable_parameters(model: nn.Module):
    return [p for n, p in model.named_parameters() if p.requires_grad and n.endswith("A")]
