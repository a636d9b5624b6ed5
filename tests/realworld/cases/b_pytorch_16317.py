# origin: https://github.com/pytorch/pytorch/issues/16317
# kinds: domain
import torch


def mean_by_class(sums, counts):
    average = sums / counts  #!
    average = torch.where(counts == 0, torch.zeros_like(average), average)  #!
    average = sums / torch.where(counts == 0, torch.ones_like(counts), counts)  #+
    return average


class PrototypeLoss(torch.nn.Module):
    def forward(self, features, one_hot):
        prototypes = mean_by_class(one_hot.T @ features, one_hot.sum(0)[:, None])
        return (features - one_hot @ prototypes).pow(2).mean()
