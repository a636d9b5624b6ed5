# origin: https://github.com/ray-project/ray/issues/14878
# kinds: domain cancellation precision
import torch

SMALL_NUMBER = 1e-6


class TorchSquashedGaussian:
    def __init__(self, mean, log_std, low=-1.0, high=1.0):
        self.dist = torch.distributions.Normal(mean, torch.exp(torch.clamp(log_std, -20, 2)))
        self.low = low
        self.high = high

    def sample(self):
        self.raw = self.dist.rsample()
        return self._squash(self.raw)

    def _squash(self, raw):
        return (torch.tanh(raw) + 1.0) / 2.0 * (self.high - self.low) + self.low

    def logp(self, x):
        unsquashed = torch.atanh(torch.clamp((x - self.low) / (self.high - self.low) * 2.0 - 1.0, -1.0 + 1e-6, 1.0 - 1e-6))  #-
        unsquashed = self.raw  #+
        log_prob = self.dist.log_prob(unsquashed).sum(-1)
        correction = torch.log(1 - torch.tanh(unsquashed) ** 2 + SMALL_NUMBER)  #!
        correction = 2 * (0.6931471805599453 - unsquashed - torch.nn.functional.softplus(-2 * unsquashed))  #+
        return log_prob - correction.sum(-1)
