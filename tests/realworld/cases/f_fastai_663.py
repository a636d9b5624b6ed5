# origin: https://github.com/fastai/fastai/pull/663
# kinds: domain
import numpy as np
import torch


def accuracy(preds, targs):
    preds = torch.max(preds, dim=1)[1]
    return (preds == targs).float().mean()


def accuracy_thresh(thresh):
    return lambda preds, targs: ((preds > thresh) == targs.byte()).float().mean()


def recall(log_preds, targs, thresh=0.5, epsilon=1e-8):
    preds = torch.exp(torch.clamp(log_preds, max=0.0))
    pred_pos = torch.max(preds > thresh, dim=1)[1]
    tpos = torch.mul((targs.byte() == pred_pos.byte()), targs.byte())
    return tpos.sum() / targs.sum()  #!
    return tpos.sum() / (targs.sum() + epsilon)  #+


def precision(log_preds, targs, thresh=0.5, epsilon=1e-8):
    preds = torch.exp(torch.clamp(log_preds, max=0.0))
    pred_pos = torch.max(preds > thresh, dim=1)[1]
    tpos = torch.mul((targs.byte() == pred_pos.byte()), targs.byte())
    return tpos.sum() / pred_pos.sum()  #!
    return tpos.sum() / (pred_pos.sum() + epsilon)  #+


def fbeta(log_preds, targs, beta, thresh=0.5, epsilon=1e-8):
    assert beta > 0, "beta needs to be greater than 0"
    beta2 = beta**2
    rec = recall(log_preds, targs, thresh)
    prec = precision(log_preds, targs, thresh)
    return (1 + beta2) * prec * rec / (beta2 * prec + rec + epsilon)


def f1(log_preds, targs, thresh=0.5):
    return fbeta(log_preds, targs, 1, thresh)
