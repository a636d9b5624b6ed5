# origin: focal loss
# kinds: NS103
import torch


def focal(logits, target, alpha=0.25, gamma=2.0):
    p = torch.sigmoid(logits)
    pos = -alpha * (1 - p) ** gamma * target * torch.log(p)  #!
    neg = -(1 - alpha) * p**gamma * (1 - target) * torch.log(1 - p)  #-
    pos = -alpha * (1 - p) ** gamma * target * torch.nn.functional.logsigmoid(logits)  #+
    neg = -(1 - alpha) * p**gamma * (1 - target) * torch.nn.functional.logsigmoid(-logits)  #+
    return (pos + neg).mean()
