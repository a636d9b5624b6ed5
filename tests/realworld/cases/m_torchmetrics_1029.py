# origin: https://github.com/Lightning-AI/torchmetrics/issues/1029
# kinds: domain
import torch

METRIC_EPS = 1e-6


def _kld_update(p, q):
    if p.shape != q.shape:
        raise ValueError("Expected both distributions to have the same shape")
    p = p / p.sum(dim=-1, keepdim=True).clamp(min=METRIC_EPS)
    q = q / q.sum(dim=-1, keepdim=True).clamp(min=METRIC_EPS)
    measures = torch.sum(p * torch.log(p / q), dim=-1)  #!
    measures = torch.sum(torch.xlogy(p, p / q.clamp(min=METRIC_EPS)), dim=-1)  #+
    return measures, p.shape[0]


class KLDivergence:
    def __init__(self, reduction="mean"):
        if reduction not in ("mean", "sum"):
            raise ValueError(f"Unknown reduction {reduction}")
        self.reduction = reduction
        self.reset()

    def reset(self):
        self.measures = torch.tensor(0.0)
        self.total = 0

    @torch.no_grad()
    def update(self, p, q):
        measures, total = _kld_update(p, q)
        self.measures = self.measures + measures.sum()
        self.total += total

    def compute(self):
        if self.reduction == "sum":
            return self.measures
        return self.measures / max(self.total, 1)
