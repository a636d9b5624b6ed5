# origin: https://github.com/Lightning-AI/pytorch-lightning/pull/2545
# kinds: domain
import torch


def stat_scores(pred, target, class_index):
    tp = ((pred == class_index) * (target == class_index)).sum()
    fp = ((pred == class_index) * (target != class_index)).sum()
    fn = ((pred != class_index) * (target == class_index)).sum()
    return tp, fp, fn


def dice_score(pred, target, num_classes, eps=1e-15):
    scores = torch.zeros(num_classes)
    for i in range(num_classes):
        tp, fp, fn = stat_scores(pred, target, i)
        denom = (2 * tp + fp + fn).float()
        scores[i] = 2 * tp / denom  #!
        scores[i] = 2 * tp / (denom + eps)  #+
    return scores.mean()
