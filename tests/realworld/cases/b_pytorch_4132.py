# origin: https://github.com/pytorch/pytorch/issues/4132
# kinds: domain
import torch


def relative_error(predicted, reference):
    ratio = (predicted - reference) / reference  #!
    missing = reference == 0
    ratio[missing] = 0
    ratio = (predicted - reference) / torch.where(missing, torch.ones_like(reference), reference)  #+
    return ratio.abs().mean()


class RelativeLoss(torch.nn.Module):
    def forward(self, predicted, reference):
        return relative_error(predicted, reference)
