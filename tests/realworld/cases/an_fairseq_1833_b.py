# origin: https://github.com/pytorch/fairseq/issues/1833
# kinds: overflow
import logging
import math
from collections import OrderedDict
from typing import Optional

import torch.nn.functional as F

logger = logging.getLogger(__name__)


class AverageMeter(object):
    """Computes and stores the average and current value"""

    def __init__(self, round: Optional[int] = None):
        self.round = round
        self.reset()

    def reset(self):
        self.val = None
        self.sum = 0.0
        self.count = 0.0

    def update(self, val, n=1):
        if n > 0:
            self.val = val
            self.sum = self.sum + val * n
            self.count = self.count + n

    @property
    def avg(self):
        return self.sum / self.count if self.count > 0 else self.val

    @property
    def smoothed_value(self) -> float:
        val = self.avg
        if self.round is not None and val is not None:
            val = round(val, self.round)
        return val


def get_perplexity(loss, round=2, base=2):
    if loss is None:
        return 0.0
    ppl = base ** loss  #!
    try:  #+
        ppl = base ** loss  #+
    except OverflowError:  #+
        return float("inf")  #+
    if round is not None and ppl == ppl:
        ppl = float("{:.{}f}".format(ppl, round))
    return ppl


class LanguageModelingValidator(object):
    def __init__(self, model, pad_idx):
        self.model = model
        self.pad_idx = pad_idx
        self.meters = OrderedDict(nll_loss=AverageMeter(round=3), loss=AverageMeter(round=3))

    def valid_step(self, sample):
        logits = self.model(sample["src_tokens"])
        target = sample["target"].view(-1)
        lprobs = F.log_softmax(logits.float(), dim=-1).view(target.numel(), -1)
        nll = F.nll_loss(lprobs, target, ignore_index=self.pad_idx, reduction="sum")
        ntokens = int(target.ne(self.pad_idx).sum())
        if ntokens > 0:
            self.meters["nll_loss"].update(nll.item() / ntokens / math.log(2), ntokens)

    def get_valid_stats(self, epoch):
        stats = OrderedDict(epoch=epoch)
        stats["nll_loss"] = self.meters["nll_loss"].smoothed_value
        stats["ppl"] = get_perplexity(stats["nll_loss"])
        logger.info(" | ".join("{} {}".format(k, v) for k, v in stats.items()))
        return stats
