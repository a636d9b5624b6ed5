# origin: https://github.com/fastai/fastai/pull/1234
# kinds: domain
import torch


def dice(input, targs, iou=False):
    "Dice coefficient metric for binary target."
    n = targs.shape[0]
    input = input.argmax(dim=1).view(n, -1)
    targs = targs.view(n, -1)
    intersect = (input * targs).sum().float()
    union = (input + targs).sum().float()
    if union == 0:  #+
        return union + 1.0  #+
    if not iou:
        return 2.0 * intersect / union  #*
    else:
        return intersect / (union - intersect + 1.0)
