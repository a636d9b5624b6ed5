# origin: https://github.com/jaredleekatzman/DeepSurv/issues/71
# kinds: overflow
import torch
from torch import nn


class DeepSurv(nn.Module):
    def __init__(self, n_in, hidden=(32, 16), dropout=0.1):
        super().__init__()
        sizes = [n_in, *hidden]
        layers = []
        for a, b in zip(sizes[:-1], sizes[1:]):
            layers += [nn.Linear(a, b), nn.SELU(), nn.AlphaDropout(dropout)]
        self.net = nn.Sequential(*layers, nn.Linear(sizes[-1], 1))

    def risk(self, x):
        return self.net(x).squeeze(-1)

    def negative_log_likelihood(self, risk, E):
        hazard_ratio = torch.exp(risk)  #-
        log_risk = torch.log(torch.cumsum(hazard_ratio, dim=0))  #!
        log_risk = torch.logcumsumexp(risk, dim=0)  #+
        uncensored_likelihood = risk - log_risk
        censored_likelihood = uncensored_likelihood * E
        return -censored_likelihood.sum() / E.sum().clamp(min=1)


def train(model, x, e, epochs=100):
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, nesterov=True)
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = model.negative_log_likelihood(model.risk(x), e)
        loss.backward()
        optimizer.step()
