# origin: https://github.com/keras-team/keras/issues/23075
# kinds: domain
import torch


def normalize(x, axis=-1, epsilon=1e-12):
    square_sum = torch.sum(torch.square(x), dim=axis, keepdim=True)
    inverse = torch.rsqrt(square_sum)  #!
    inverse = torch.rsqrt(torch.clamp(square_sum, min=epsilon * epsilon))  #+
    inverse = torch.minimum(inverse, torch.tensor(1.0 / epsilon))  #-
    return x * inverse


class UnitLayer(torch.nn.Module):
    def __init__(self, axis=-1):
        super().__init__()
        self.axis = axis

    def forward(self, inputs):
        return normalize(inputs, axis=self.axis)
