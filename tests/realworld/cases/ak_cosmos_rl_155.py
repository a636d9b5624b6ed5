# origin: https://github.com/nvidia-cosmos/cosmos-rl/pull/155
# kinds: domain
import copy

import torch
from torch import nn
import torch.nn.functional as F


class MeanTeacher(nn.Module):
    """Self-training of a segmentation network on an unlabelled target domain."""

    def __init__(self, student, momentum=0.999, threshold=0.968):
        super().__init__()
        self.student = student
        self.teacher = copy.deepcopy(student).requires_grad_(False)
        self.momentum = momentum
        self.threshold = threshold

    @torch.no_grad()
    def update_teacher(self):
        for t, s in zip(self.teacher.parameters(), self.student.parameters()):
            t.lerp_(s, 1.0 - self.momentum)

    @torch.no_grad()
    def pseudo_labels(self, images):
        probs = self.teacher(images).softmax(dim=1)
        conf, label = probs.max(dim=1)
        return label, conf > self.threshold

    def target_loss(self, weak, strong):
        label, sure = self.pseudo_labels(weak)
        per_pixel = F.cross_entropy(self.student(strong), label, reduction="none")
        return per_pixel[sure].mean()  #!
        return (per_pixel * sure).sum() / sure.sum().clamp(min=1)  #+

    def forward(self, source, source_mask, weak, strong, lam=1.0):
        sup = F.cross_entropy(self.student(source), source_mask)
        unsup = self.target_loss(weak, strong)
        return sup + lam * unsup, {"sup": sup.detach(), "unsup": unsup.detach()}


def adapt(model, source_loader, target_loader, optim, steps):
    model.train()
    for step, ((x, y), (weak, strong)) in enumerate(zip(source_loader, target_loader)):
        if step == steps:
            break
        loss, logs = model(x, y, weak, strong)
        optim.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.student.parameters(), 1.0)
        optim.step()
        model.update_teacher()
    return model.teacher
