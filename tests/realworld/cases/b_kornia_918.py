# origin: https://github.com/kornia/kornia/issues/918
# kinds: domain
import torch


def binary_focal_loss_with_logits(logits, target, alpha=0.25, gamma=0.5, eps=1e-8):
    probs = torch.sigmoid(logits)
    positive = -alpha * torch.pow(1.0 - probs, gamma) * target * torch.log(probs + eps)  #!
    negative = -(1 - alpha) * torch.pow(probs, gamma) * (1.0 - target) * torch.log(1.0 - probs + eps)  #!
    positive = -alpha * torch.pow(1.0 - probs + eps, gamma) * target * torch.log(probs + eps)  #+
    negative = -(1 - alpha) * torch.pow(probs + eps, gamma) * (1.0 - target) * torch.log(1.0 - probs + eps)  #+
    return (positive + negative).mean()
