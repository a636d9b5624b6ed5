# origin: https://github.com/pytorch/pytorch/pull/92114
# kinds: cancellation precision domain
from numbers import Number

import torch
from torch.distributions import constraints
from torch.distributions.distribution import Distribution
from torch.distributions.utils import broadcast_all

__all__ = ["Geometric"]


class Geometric(Distribution):
    r"""
    Number of failures before the first success of a Bernoulli process.

    Args:
        probs (Number, Tensor): the probability of sampling `1`. Must be in (0, 1)
    """
    arg_constraints = {"probs": constraints.unit_interval}
    support = constraints.nonnegative_integer

    def __init__(self, probs, validate_args=None):
        (self.probs,) = broadcast_all(probs)
        batch_shape = torch.Size() if isinstance(probs, Number) else self.probs.size()
        super().__init__(batch_shape, validate_args=validate_args)

    def _clamped(self):
        finfo = torch.finfo(self.probs.dtype)
        return self.probs.clamp(min=finfo.tiny, max=1 - finfo.eps)

    @property
    def _log_failure(self):
        return (1 - self._clamped()).log()  #!
        return (-self._clamped()).log1p()  #+

    @property
    def mean(self):
        return 1.0 / self._clamped() - 1.0

    @property
    def mode(self):
        return torch.zeros_like(self.probs)

    def sample(self, sample_shape=torch.Size()):
        shape = self._extended_shape(sample_shape)
        with torch.no_grad():
            tiny = torch.finfo(self.probs.dtype).tiny
            u = self.probs.new(shape).uniform_(tiny, 1)
            return (u.log() / self._log_failure.expand(shape)).floor()

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        value, log_failure = broadcast_all(value, self._log_failure)
        return value * log_failure + self._clamped().log()

    def survival(self, value):
        return torch.exp((value + 1) * self._log_failure)
