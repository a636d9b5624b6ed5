# origin: https://github.com/Lightning-AI/pytorch-lightning/issues/18620
# kinds: precision
from dataclasses import dataclass, field

import torch
from torchmetrics import Metric


@dataclass
class _Metadata:
    name: str
    on_step: bool = False
    on_epoch: bool = True
    reduce_fx: str = "mean"


class ResultMetric(Metric):
    def __init__(self, metadata):
        super().__init__()
        self.meta = metadata
        self.add_state("value", torch.tensor(0.0), dist_reduce_fx="sum")
        self.add_state("cumulated_batch_size", torch.tensor(0), dist_reduce_fx="sum")

    def update(self, value, batch_size):
        total = value.detach() * batch_size  #!
        self.value = self.value.to(total.dtype) + total  #!
        total = value.detach().double() * batch_size  #+
        self.value = self.value.double() + total  #+
        self.cumulated_batch_size = self.cumulated_batch_size + batch_size

    def compute(self):
        if self.meta.reduce_fx == "sum":
            return self.value
        return self.value / self.cumulated_batch_size.clamp(min=1)


@dataclass
class ResultCollection:
    metrics: dict = field(default_factory=dict)

    def log(self, name, value, batch_size, **kwargs):
        if name not in self.metrics:
            self.metrics[name] = ResultMetric(_Metadata(name, **kwargs))
        self.metrics[name].update(value, batch_size)

    def epoch_end(self):
        return {k: float(m.compute()) for k, m in self.metrics.items()}


def validate(model, loader, results):
    model.to(torch.bfloat16).eval()
    with torch.no_grad():
        for x, y in loader:
            loss = torch.nn.functional.cross_entropy(model(x.to(torch.bfloat16)), y)
            results.log("val_loss", loss, batch_size=len(x))
    return results.epoch_end()
