# origin: https://github.com/ai2cm/ace/issues/380
# kinds: precision
from typing import Dict, Optional

import torch


def area_weighted_mean(data, area_weights):
    return (data * area_weights).sum(dim=(-2, -1)) / area_weights.sum()


class MeanComparison:
    """Running mean over batches of a metric of target and generated data."""

    def __init__(self, area_weights: torch.Tensor):
        self._area_weights = area_weights
        self._sum: Optional[Dict[str, torch.Tensor]] = None
        self._n_batches = 0

    def record_batch(self, target: Dict[str, torch.Tensor], gen: Dict[str, torch.Tensor]):
        metric = {}
        for k in target:
            metric[f"{k}_bias"] = area_weighted_mean(gen[k] - target[k], self._area_weights).mean()
            metric[f"{k}_target"] = area_weighted_mean(target[k], self._area_weights).mean()
        if self._sum is None:
            self._sum = {k: torch.zeros_like(v) for k, v in metric.items()}  #!
            self._sum = {k: torch.zeros_like(v, dtype=torch.float64) for k, v in metric.items()}  #+
        for k, v in metric.items():
            self._sum[k] += v  #*
        self._n_batches += 1

    def get(self):
        if self._sum is None:
            raise ValueError("No data recorded.")
        return {k: v / self._n_batches for k, v in self._sum.items()}


class OneStepAggregator:
    def __init__(self, area_weights):
        self._mean = MeanComparison(area_weights)

    @torch.no_grad()
    def record_batch(self, target_data, gen_data):
        self._mean.record_batch(target_data, gen_data)

    def get_logs(self, label):
        return {f"{label}/{k}": v.item() for k, v in self._mean.get().items()}


def evaluate(model, loader, area_weights):
    aggregator = OneStepAggregator(area_weights)
    for initial, target in loader:
        gen = model(initial)
        aggregator.record_batch(target, gen)
    return aggregator.get_logs("val")
