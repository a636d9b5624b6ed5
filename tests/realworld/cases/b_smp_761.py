# origin: https://github.com/qubvel-org/segmentation_models.pytorch/issues/761
# kinds: domain
import torch


def _iou_score(tp, fp, fn, tn):
    return tp / (tp + fp + fn)  #!
    return tp / (tp + fp + fn).clamp(min=1)  #+


def _fbeta_score(tp, fp, fn, tn, beta=1):
    beta_tp = (1 + beta**2) * tp
    beta_fn = (beta**2) * fn
    return beta_tp / (beta_tp + beta_fn + fp).clamp(min=1)


def iou_score(tp, fp, fn, tn, reduction="micro"):
    if reduction == "micro":
        tp, fp, fn, tn = tp.sum(), fp.sum(), fn.sum(), tn.sum()
    return _iou_score(tp, fp, fn, tn)
