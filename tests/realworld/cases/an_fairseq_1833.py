# origin: https://github.com/pytorch/fairseq/issues/1833
# kinds: overflow
import math
from collections import OrderedDict
from typing import Optional

import torch
import torch.nn.functional as F


class AverageMeter(object):
    """Computes and stores the average and current value"""

    def __init__(self, round: Optional[int] = None):
        self.round = round
        self.reset()

    def reset(self):
        self.val = None
        self.sum = 0
        self.count = 0

    def update(self, val, n=1):
        if val is not None:
            self.val = val
            if n > 0:
                self.sum = self.sum + (val * n)
                self.count = self.count + n

    @property
    def avg(self):
        return self.sum / self.count if self.count > 0 else self.val

    @property
    def smoothed_value(self) -> float:
        val = self.avg
        if self.round is not None and val is not None:
            val = round(float(val), self.round)
        return val


def get_perplexity(loss, round=2, base=2):
    if loss is None:
        return 0.0
    try:  #+
        return safe_round(base ** loss, round)  #+
    except OverflowError:  #+
        return float("inf")  #+
    return safe_round(base ** loss, round)  #!


def safe_round(number, ndigits):
    if hasattr(number, "__round__"):
        return round(number, ndigits)
    elif torch.is_tensor(number) and number.numel() == 1:
        return safe_round(number.item(), ndigits)
    return number


class CrossEntropyCriterion(torch.nn.Module):
    def __init__(self, padding_idx, sentence_avg=False):
        super().__init__()
        self.padding_idx = padding_idx
        self.sentence_avg = sentence_avg

    def forward(self, model, sample):
        net_output = model(**sample["net_input"])
        lprobs = F.log_softmax(net_output, dim=-1, dtype=torch.float32).view(-1, net_output.size(-1))
        loss = F.nll_loss(lprobs, sample["target"].view(-1), ignore_index=self.padding_idx, reduction="sum")
        sample_size = sample["target"].size(0) if self.sentence_avg else sample["ntokens"]
        return loss, sample_size, {"loss": loss.item(), "ntokens": sample["ntokens"], "sample_size": sample_size}


def reduce_metrics(meters: "OrderedDict[str, AverageMeter]", logging_outputs) -> OrderedDict:
    loss_sum = sum(log.get("loss", 0) for log in logging_outputs)
    sample_size = sum(log.get("sample_size", 0) for log in logging_outputs)
    if sample_size > 0:
        meters["loss"].update(loss_sum / sample_size / math.log(2), sample_size)
    stats = OrderedDict((key, meter.smoothed_value) for key, meter in meters.items())
    stats["ppl"] = get_perplexity(stats["loss"])
    return stats
