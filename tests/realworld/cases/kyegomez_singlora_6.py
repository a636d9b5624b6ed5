# origin: https://github.com/kyegomez/SingLoRA/issues/6
# kinds: precision
import torch
from torch import nn


class SingLoRALayer(nn.Module):
    def __init__(self, base, rank=8, ramp_up_steps=1000):
        super().__init__()
        self.base = base
        self.A = nn.Parameter(torch.randn(base.in_features, rank) * 0.02)
        self.ramp_up_steps = ramp_up_steps
        self.register_buffer("step", torch.zeros(1, dtype=torch.bfloat16))  #!
        self.register_buffer("step", torch.zeros(1, dtype=torch.float32))  #+

    def forward(self, x):
        u = torch.clamp(self.step / self.ramp_up_steps, max=1.0)
        self.step += 1
        return self.base(x) + u * (x @ self.A @ self.A.T)
