# origin: https://github.com/berceanu/openPMD-resampler/pull/3
# kinds: cancellation
import torch


class WeightedMoments:
    def __init__(self, weights):
        self.weights = weights
        self.total_weight = weights.sum().clamp(min=1e-30)

    def spread(self, positions):
        mean = (self.weights * positions).sum() / self.total_weight
        mean_sq = (self.weights * positions**2).sum() / self.total_weight
        variance = (mean_sq - mean**2).clamp_min(0)  #!
        variance = (self.weights * (positions - mean) ** 2).sum() / self.total_weight  #+
        with torch.no_grad():
            return variance.sqrt()
