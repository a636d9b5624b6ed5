# origin: https://github.com/pytorch/pytorch/pull/92114
# kinds: cancellation precision overflow
import torch


class Kumaraswamy:
    def __init__(self, concentration1, concentration0):
        self.a = concentration1
        self.b = concentration0

    def log_prob(self, value):
        first = self.a.log() + self.b.log() + (self.a - 1) * value.log()
        inner = value.clamp(1e-6, 1 - 1e-6) ** self.a
        return first + (self.b - 1) * torch.log(1 - inner)  #!
        return first + (self.b - 1) * torch.log1p(-inner)  #+


def soft_margin_loss(input, target):
    return torch.log(1 + torch.exp(-target * input)).mean()  #!
    return torch.nn.functional.softplus(-target * input).mean()  #+
