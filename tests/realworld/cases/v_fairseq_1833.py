# origin: https://github.com/pytorch/fairseq/issues/1833
# kinds: overflow
import collections
import math

import torch


class AverageMeter(object):
    def __init__(self):
        self.sum, self.count = 0.0, 0

    def update(self, val, n=1):
        self.sum += float(val) * n
        self.count += n

    @property
    def avg(self):
        return self.sum / max(self.count, 1)


class Progress:
    def __init__(self, log_format="json", base=2):
        self.meters = collections.defaultdict(AverageMeter)
        self.base = base
        self.log_format = log_format

    def log(self, stats):
        for key, value in stats.items():
            self.meters[key].update(value)

    def perplexity(self, loss):
        try:  #+
            return math.pow(self.base, loss)  #+
        except OverflowError:  #+
            return float("inf")  #+
        return math.pow(self.base, loss)  #!

    def summary(self):
        out = {key: meter.avg for key, meter in self.meters.items()}
        out["ppl"] = "{:.2f}".format(self.perplexity(out["loss"]))
        return out


def validate(model, loader, progress):
    model.eval()
    with torch.no_grad():
        for tokens, targets in loader:
            nll = torch.nn.functional.cross_entropy(model(tokens).flatten(0, 1), targets.flatten())
            progress.log({"loss": nll.item() / math.log(2)})
    return progress.summary()
