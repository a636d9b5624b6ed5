# origin: https://github.com/digantamisra98/EvoNorm/pull/5
# kinds: domain
import torch
import torch.nn as nn


def instance_std(x, eps=1e-5):
    var = torch.var(x, dim=(2, 3), keepdim=True).expand_as(x)  #!
    var = torch.var(x, dim=(2, 3), unbiased=False, keepdim=True).expand_as(x)  #+
    return torch.sqrt(var + eps)


class EvoNorm2D(nn.Module):
    """EvoNorm-B0: batch variance and instance variance share the denominator."""

    def __init__(self, input, non_linear=True, momentum=0.9, eps=1e-5):
        super().__init__()
        self.non_linear = non_linear
        self.momentum = momentum
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(1, input, 1, 1))
        self.beta = nn.Parameter(torch.zeros(1, input, 1, 1))
        if self.non_linear:
            self.v = nn.Parameter(torch.ones(1, input, 1, 1))
        self.register_buffer("running_var", torch.ones(1, input, 1, 1))

    def forward(self, x):
        if x.dim() != 4:
            raise ValueError("expected 4D input (got {}D input)".format(x.dim()))
        if self.training:
            var = torch.var(x, dim=(0, 2, 3), unbiased=False, keepdim=True)
            self.running_var.mul_(self.momentum)
            self.running_var.add_((1 - self.momentum) * var.detach())
        else:
            var = self.running_var

        if self.non_linear:
            den = torch.max((var + self.eps).sqrt(), self.v * x + instance_std(x, eps=self.eps))
            return x / den * self.gamma + self.beta
        return x * self.gamma + self.beta


class EvoNet(nn.Module):
    def __init__(self, num_classes=10, width=16):
        super().__init__()
        blocks = []
        channels = 3
        for i in range(5):
            blocks += [nn.Conv2d(channels, width * 2 ** min(i, 2), 3, stride=2, padding=1),
                       EvoNorm2D(width * 2 ** min(i, 2))]
            channels = width * 2 ** min(i, 2)
        self.features = nn.Sequential(*blocks)
        self.fc = nn.Linear(channels, num_classes)

    def forward(self, x):
        return self.fc(self.features(x).flatten(1))
