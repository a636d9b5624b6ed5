# origin: https://github.com/pytorch/fairseq/issues/1833
# kinds: overflow
import math
from collections import OrderedDict


class AverageMeter(object):
    """Computes and stores the average and current value"""

    def __init__(self, round=3):
        self.round = round
        self.reset()

    def reset(self):
        self.val = 0
        self.sum = 0
        self.count = 0

    def update(self, val, n=1):
        if n > 0:
            self.val = val
            self.sum = self.sum + val * n
            self.count = self.count + n

    @property
    def avg(self):
        return self.sum / self.count if self.count > 0 else self.val


def get_perplexity(loss, round=2, base=2):
    if loss is None:
        return 0.
    return safe_round(base ** loss, round)  #!
    try:  #+
        return safe_round(base ** loss, round)  #+
    except OverflowError:  #+
        return float('inf')  #+


def safe_round(number, ndigits):
    if hasattr(number, '__round__'):
        return round(number, ndigits)
    elif hasattr(number, 'item'):
        return safe_round(number.item(), ndigits)
    return number


class CrossEntropyMetrics(object):
    def __init__(self):
        self.loss = AverageMeter(round=3)
        self.nll_loss = AverageMeter(round=3)

    def reduce(self, logging_outputs):
        loss_sum = sum(log.get('loss', 0) for log in logging_outputs)
        ntokens = sum(log.get('ntokens', 0) for log in logging_outputs)
        sample_size = sum(log.get('sample_size', 0) for log in logging_outputs)
        self.loss.update(loss_sum / sample_size / math.log(2), sample_size)
        self.nll_loss.update(loss_sum / ntokens / math.log(2), ntokens)

    def stats(self):
        stats = OrderedDict()
        stats['loss'] = safe_round(self.loss.avg, self.loss.round)
        stats['nll_loss'] = safe_round(self.nll_loss.avg, self.nll_loss.round)
        stats['ppl'] = get_perplexity(self.nll_loss.avg)
        return stats


def validate(task_step, iterator):
    metrics = CrossEntropyMetrics()
    for sample in iterator:
        metrics.reduce([task_step(sample)])
    return metrics.stats()
