# origin: https://github.com/yatengLG/Focal-Loss-Pytorch/issues/7
# kinds: domain underflow
from torch import nn
import torch
from torch.nn import functional as F


class focal_loss(nn.Module):
    def __init__(self, alpha=None, gamma=2, num_classes=3, size_average=True):
        """
        focal_loss, -alpha(1-yi)**gamma *ce_loss(xi,yi)
        :param alpha:   class weights; a list gives one weight per class, a constant gives [a, 1-a, 1-a, ....]
        :param gamma:   hard/easy sample modulation, 2 in retinanet
        :param num_classes:     number of classes
        :param size_average:    mean (default) or sum
        """
        super(focal_loss, self).__init__()
        self.size_average = size_average
        if alpha is None:
            self.alpha = torch.ones(num_classes)
        elif isinstance(alpha, list):
            assert len(alpha) == num_classes
            self.alpha = torch.Tensor(alpha)
        else:
            assert alpha < 1
            self.alpha = torch.zeros(num_classes)
            self.alpha[0] += alpha
            self.alpha[1:] += (1 - alpha)

        self.gamma = gamma

    def forward(self, preds, labels):
        """
        :param preds:   predicted classes. size:[B,N,C] or [B,C]
        :param labels:  true classes. size:[B,N] or [B]
        """
        preds = preds.view(-1, preds.size(-1))
        alpha = self.alpha.to(preds.device)
        preds_softmax = F.softmax(preds, dim=1)  #-
        preds_logsoft = torch.log(preds_softmax)  #!
        preds_logsoft = F.log_softmax(preds, dim=1)  #+
        preds_softmax = torch.exp(preds_logsoft)  #+

        preds_softmax = preds_softmax.gather(1, labels.view(-1, 1))
        preds_logsoft = preds_logsoft.gather(1, labels.view(-1, 1))
        alpha = alpha.gather(0, labels.view(-1))
        loss = -torch.mul(torch.pow((1 - preds_softmax), self.gamma), preds_logsoft)

        loss = torch.mul(alpha, loss.t())
        if self.size_average:
            loss = loss.mean()
        else:
            loss = loss.sum()
        return loss
