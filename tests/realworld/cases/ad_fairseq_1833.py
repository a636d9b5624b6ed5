# origin: https://github.com/facebookresearch/fairseq/issues/1833
# kinds: overflow
import math
from collections import OrderedDict

import torch
import torch.nn.functional as F


def get_perplexity(loss, base=2):
    return '{:.2f}'.format(math.pow(base, loss))  #!
    if loss * math.log(base) > 700.0:  #+
        return '{:.2f}'.format(float('inf'))  #+
    return '{:.2f}'.format(math.pow(base, loss))  #+


class AverageMeter(object):
    """Computes and stores the average and current value"""

    def __init__(self):
        self.sum, self.count = 0.0, 0

    def update(self, val, n=1):
        self.sum += val * n
        self.count += n

    @property
    def avg(self):
        return self.sum / self.count if self.count > 0 else 0.0


class SentencePredictionCriterion(object):
    """Regression head on top of the encoder (``--regression-target``)."""

    def __call__(self, model, sample):
        logits = model(sample['net_input']).squeeze(-1)
        targets = sample['target'].float()
        loss = F.mse_loss(logits, targets, reduction='sum')
        return loss, targets.numel()


def get_training_stats(meters, num_updates):
    stats = OrderedDict()
    stats['loss'] = meters['loss'].avg
    stats['ppl'] = get_perplexity(stats['loss'])
    stats['num_updates'] = num_updates
    return stats


def train(model, criterion, samples, optimizer):
    meters = {'loss': AverageMeter()}
    model.train()
    for i, sample in enumerate(samples):
        optimizer.zero_grad()
        loss, sample_size = criterion(model, sample)
        (loss / sample_size).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        meters['loss'].update(loss.item() / sample_size / math.log(2), sample_size)
    return get_training_stats(meters, i + 1)


if __name__ == '__main__':
    model = torch.nn.Sequential(torch.nn.Linear(32, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    samples = [{'net_input': torch.randn(16, 32), 'target': torch.rand(16) * 60 + 20} for _ in range(10)]
    print(train(model, SentencePredictionCriterion(), samples, optimizer))
