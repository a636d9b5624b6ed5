# origin: https://github.com/kyegomez/SingLoRA/issues/6
# kinds: precision
import torch
import torch.nn as nn
import torch.nn.functional as F


class GradualAdapter(nn.Module):
    """Bottleneck adapter that is blended in during the first training steps."""

    def __init__(self, dim, rank=16, ramp_steps=2000, dtype=torch.bfloat16):
        super().__init__()
        self.down = nn.Linear(dim, rank, bias=False, dtype=dtype)
        self.up = nn.Linear(rank, dim, bias=False, dtype=dtype)
        self.ramp_steps = ramp_steps
        self.register_buffer("calls", torch.zeros((), dtype=dtype))  #-
        self.register_buffer("calls", torch.zeros((), dtype=torch.long))  #+

    @property
    def blend(self):
        return (self.calls.float() / self.ramp_steps).clamp(max=1.0)

    def forward(self, x):
        if self.training:
            self.calls += 1  #*
        delta = self.up(F.gelu(self.down(x)))
        return x + self.blend.to(x.dtype) * delta


class AdaptedBlock(nn.Module):
    def __init__(self, block, dim, **adapter_kwargs):
        super().__init__()
        self.block = block
        for p in self.block.parameters():
            p.requires_grad_(False)
        self.adapter = GradualAdapter(dim, **adapter_kwargs)

    def forward(self, x, *args, **kwargs):
        return self.adapter(self.block(x, *args, **kwargs))


def add_adapters(model, dim, rank=16, ramp_steps=2000):
    for i, block in enumerate(model.blocks):
        model.blocks[i] = AdaptedBlock(block, dim, rank=rank, ramp_steps=ramp_steps)
    trainable = [p for p in model.parameters() if p.requires_grad]
    return torch.optim.AdamW(trainable, lr=1e-3, weight_decay=0.01)
