# origin: https://github.com/pyro-ppl/pyro/issues/436
# kinds: domain
import torch
import torch.nn.functional as F
from torch import nn


class PlattCalibrator(nn.Module):
    """Rescales the scores of a deployed variant classifier after the fact."""

    def __init__(self):
        super().__init__()
        self.log_temp = nn.Parameter(torch.zeros(()))
        self.bias = nn.Parameter(torch.zeros(()))

    def to_logits(self, probs):
        probs = probs.clamp(1e-6, 1.0 - 1e-6)  #+
        odds = probs / (1.0 - probs)  #*
        return torch.log(odds)  #*

    def forward(self, probs):
        z = self.to_logits(probs)
        return z / self.log_temp.exp() + self.bias

    def fit(self, probs, labels, max_iter=100):
        opt = torch.optim.LBFGS(self.parameters(), lr=0.1, max_iter=max_iter)
        labels = labels.float()

        def closure():
            opt.zero_grad()
            loss = F.binary_cross_entropy_with_logits(self(probs), labels)
            loss.backward()
            return loss

        opt.step(closure)
        return self

    @torch.no_grad()
    def predict(self, probs):
        return torch.sigmoid(self(probs))


def expected_calibration_error(probs, labels, bins=15):
    which = (probs * bins).long().clamp(max=bins - 1)
    ece = probs.new_zeros(())
    for b in range(bins):
        hit = which == b
        if hit.any():
            gap = (labels[hit].float().mean() - probs[hit].mean()).abs()
            ece = ece + gap * hit.float().mean()
    return ece.item()


def calibrate(val_probs, val_labels, test_probs):
    model = PlattCalibrator().fit(val_probs, val_labels)
    before = expected_calibration_error(val_probs, val_labels)
    after = expected_calibration_error(model.predict(val_probs), val_labels)
    return model.predict(test_probs), {"ece_before": before, "ece_after": after}
