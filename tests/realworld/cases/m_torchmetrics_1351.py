# origin: https://github.com/Lightning-AI/torchmetrics/issues/1351
# kinds: cancellation domain
import torch


def _check_input(x, y=None, zero_diagonal=None):
    if x.ndim != 2:
        raise ValueError("Expected argument `x` to be a 2D tensor of shape `[N, d]`")
    if y is None:
        y = x.clone()
        zero_diagonal = True if zero_diagonal is None else zero_diagonal
    elif y.ndim != 2 or y.shape[1] != x.shape[1]:
        raise ValueError("Expected argument `y` to be a 2D tensor of shape `[M, d]`")
    return x, y, bool(zero_diagonal)


def pairwise_euclidean_distance(x, y=None, reduction=None, zero_diagonal=None):
    x, y, zero_diagonal = _check_input(x, y, zero_diagonal)
    x_norm = (x * x).sum(dim=1, keepdim=True)  #-
    y_norm = (y * y).sum(dim=1)  #-
    distance = (x_norm + y_norm - 2 * x.mm(y.T)).sqrt()  #!
    distance = torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")  #+
    if zero_diagonal:
        distance.fill_diagonal_(0)
    if reduction == "mean":
        return distance.mean(dim=-1)
    if reduction == "sum":
        return distance.sum(dim=-1)
    return distance


@torch.no_grad()
def match_detections(predicted, labels, radius):
    distance = pairwise_euclidean_distance(predicted, labels)
    nearest, index = distance.min(dim=1)
    return index[nearest <= radius]
