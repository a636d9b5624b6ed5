# origin: https://github.com/sims1253/bayesfam/issues/31
# kinds: overflow cancellation
import torch
from torch.distributions.transforms import Transform


class SoftplusTransform(Transform):
    def _call(self, x):
        return torch.nn.functional.softplus(x)

    def _inverse(self, y):
        return torch.log(torch.exp(y) - 1)  #!
        return y + torch.log(-torch.expm1(-y))  #+
