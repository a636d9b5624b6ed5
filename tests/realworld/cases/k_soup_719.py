# origin: https://github.com/MakazhanAlpamys/Soup/issues/719
# kinds: domain underflow overflow
from dataclasses import dataclass

import torch
import torch.nn.functional as F


@dataclass
class DistillConfig:
    divergence: str = "reverse_kl"
    temperature: float = 0.05
    weight: float = 0.5


def _compute_distill_term(student_logits, teacher_logits, labels, cfg: DistillConfig):
    s = student_logits[:, :-1] / cfg.temperature
    t = teacher_logits[:, :-1] / cfg.temperature
    mask = labels[:, 1:] != -100
    if cfg.divergence == "forward_kl":
        term = F.kl_div(F.log_softmax(s, dim=-1), F.log_softmax(t, dim=-1), reduction="none", log_target=True)
    else:
        student_probs = F.softmax(s, dim=-1)  #-
        teacher_log_probs = F.log_softmax(t, dim=-1)
        term = F.kl_div(teacher_log_probs, student_probs, reduction="none")  #!
        student_log_probs = F.log_softmax(s, dim=-1)  #+
        term = F.kl_div(teacher_log_probs, student_log_probs, reduction="none", log_target=True)  #+
    per_token = term.sum(-1)
    return (per_token * mask).sum() / mask.sum().clamp(min=1) * cfg.temperature**2


class DistillTrainer:
    def __init__(self, student, teacher, cfg):
        self.student, self.teacher, self.cfg = student, teacher.eval(), cfg

    def compute_loss(self, inputs):
        out = self.student(**inputs)
        with torch.no_grad():
            ref = self.teacher(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
        kd = _compute_distill_term(out.logits, ref.logits, inputs["labels"], self.cfg)
        return (1 - self.cfg.weight) * out.loss + self.cfg.weight * kd
