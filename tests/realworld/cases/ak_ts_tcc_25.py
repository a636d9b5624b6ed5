# origin: https://github.com/emadeldeen24/TS-TCC/issues/25
# kinds: underflow domain
import torch
import torch.nn as nn


class CoxPartialLikelihood(nn.Module):
    """Negative log partial likelihood (Breslow ties ignored).

    ``risk`` are the predicted log hazards, ``time`` the follow-up and
    ``event`` whether the endpoint was observed.
    """

    def __init__(self, l2=0.0):
        super().__init__()
        self.l2 = l2

    def forward(self, risk, time, event):
        order = torch.argsort(time, descending=True)
        risk = risk[order]
        event = event[order].to(risk.dtype)
        shift = risk.max().detach()  #-
        at_risk = torch.cumsum(torch.exp(risk - shift), dim=0)  #-
        log_at_risk = torch.log(at_risk) + shift  #!
        log_at_risk = torch.logcumsumexp(risk, dim=0)  #+
        nll = -((risk - log_at_risk) * event).sum() / event.sum().clamp(min=1.0)
        if self.l2:
            nll = nll + self.l2 * risk.pow(2).mean()
        return nll


class SurvivalMLP(nn.Module):
    def __init__(self, n_features, hidden=(64, 32), dropout=0.1):
        super().__init__()
        layers, width = [], n_features
        for h in hidden:
            layers += [nn.Linear(width, h), nn.ReLU(), nn.Dropout(dropout)]
            width = h
        layers.append(nn.Linear(width, 1, bias=False))
        self.net = nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x).squeeze(-1)


def concordance(risk, time, event):
    first = time[:, None] < time[None, :]
    usable = first & event.bool()[:, None]
    correct = (risk[:, None] > risk[None, :]) & usable
    return correct.sum().item() / max(usable.sum().item(), 1)
