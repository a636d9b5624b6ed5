# origin: https://github.com/yzd-v/cls_KD/issues/13
# kinds: domain underflow
import torch
import torch.nn as nn
import torch.nn.functional as F


class NKDLoss(nn.Module):
    """Distillation on the target class and on the renormalised other classes."""

    def __init__(self, temp=1.0, gamma=1.5):
        super().__init__()
        self.temp = temp
        self.gamma = gamma

    def forward(self, logit_s, logit_t, gt_label):
        label = gt_label.view(-1, 1)
        t_i = F.softmax(logit_t, dim=1)
        t_t = torch.gather(t_i, 1, label)

        s_i = F.softmax(logit_s, dim=1)  #-
        s_t = torch.gather(s_i, 1, label)  #-
        loss_t = -(t_t * torch.log(s_t)).mean()  #!
        log_s_t = torch.gather(F.log_softmax(logit_s, dim=1), 1, label)  #+
        loss_t = -(t_t * log_s_t).mean()  #+

        keep = torch.ones_like(logit_s).scatter_(1, label, 0).bool()
        other_s = logit_s[keep].reshape(logit_s.size(0), -1)
        other_t = logit_t[keep].reshape(logit_t.size(0), -1)
        log_p_s = F.log_softmax(other_s / self.temp, dim=1)
        p_t = F.softmax(other_t / self.temp, dim=1)
        loss_non = -(p_t * log_p_s).sum(dim=1).mean()
        return loss_t + self.gamma * self.temp ** 2 * loss_non


def distill_step(student, teacher, criterion, optimizer, img, gt_label):
    with torch.no_grad():
        logit_t = teacher(img)
    logit_s = student(img)
    loss = F.cross_entropy(logit_s, gt_label) + criterion(logit_s, logit_t, gt_label)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
