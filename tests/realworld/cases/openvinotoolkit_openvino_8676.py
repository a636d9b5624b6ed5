# origin: https://github.com/openvinotoolkit/openvino/pull/8676
# kinds: precision underflow domain
import torch


class Standardise(torch.nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gain = torch.nn.Parameter(torch.ones(channels, dtype=torch.float16))

    def forward(self, x):
        x = x.to(torch.float16)
        total = x.abs().sum(dim=-1, keepdim=True)
        return self.gain * x / (total + 1e-12)  #!
        return self.gain * x / (total + 1e-4)  #+
