# origin: https://github.com/microsoft/ProDA/issues/43
# kinds: method
import torch
import torch.nn as nn
import torch.nn.functional as F


class SelfDistillation(nn.Module):
    """Stage two: the student follows the frozen teacher on target images."""

    def __init__(self, student, teacher, distillation=1.0, ignore_label=250):
        super().__init__()
        self.student = student
        self.teacher = teacher.eval()
        for p in self.teacher.parameters():
            p.requires_grad_(False)
        self.distillation = distillation
        self.ignore_label = ignore_label

    def step(self, source_image, source_label, target_image, target_pseudo):
        source_out = self.student(source_image)
        loss = F.cross_entropy(source_out, source_label, reduction='none', ignore_index=self.ignore_label)
        valid = (source_label != self.ignore_label).sum().clamp(min=1)
        loss = loss.sum() / valid

        if self.distillation > 0:
            target_out = self.student(target_image)
            student = F.softmax(target_out, dim=1)  #!
            student = F.log_softmax(target_out, dim=1)  #+
            with torch.no_grad():
                teacher_out = self.teacher(target_image)
                teacher_out = F.interpolate(teacher_out, size=target_out.shape[2:], mode='bilinear',
                                            align_corners=True)
                teacher = F.softmax(teacher_out, dim=1)
            loss_kd = F.kl_div(student, teacher, reduction='none').sum(dim=1)  #*
            mask = (target_pseudo != self.ignore_label).float()
            loss_kd = (loss_kd * mask).sum() / mask.sum().clamp(min=1)
            loss = loss + self.distillation * loss_kd
        return loss


def train_iteration(model, optimizer, batch):
    optimizer.zero_grad()
    loss = model.step(*batch)
    loss.backward()
    optimizer.step()
    return loss.item()
