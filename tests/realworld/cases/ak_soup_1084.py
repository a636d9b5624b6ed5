# origin: https://github.com/MakazhanAlpamys/Soup/pull/1084
# kinds: overflow domain
import math

import torch
import torch.nn as nn


class SpikeTrainGLM(nn.Module):
    """Poisson GLM with a history filter and coupling between neurons."""

    def __init__(self, n_neurons, n_stim, history=20, bin_width=1e-3, max_rate=1e4):
        super().__init__()
        self.stim = nn.Linear(n_stim, n_neurons)
        self.coupling = nn.Conv1d(n_neurons, n_neurons, history, bias=False)
        nn.init.normal_(self.coupling.weight, std=0.01)
        self.history = history
        self.bin_width = bin_width
        self.max_rate = max_rate

    def drive(self, stimulus, spikes):
        past = nn.functional.pad(spikes.transpose(1, 2), (self.history, -1))
        return self.stim(stimulus) + self.coupling(past).transpose(1, 2)

    def rate(self, stimulus, spikes):
        drive = self.drive(stimulus, spikes)
        return drive.exp().clamp(max=self.max_rate)  #!
        return drive.clamp(max=math.log(self.max_rate)).exp()  #+

    def forward(self, stimulus, spikes, mask):
        expected = self.rate(stimulus, spikes) * self.bin_width
        nll = expected - spikes * torch.log(expected + 1e-8)
        return (nll * mask.unsqueeze(-1)).sum() / mask.sum().clamp(min=1)


def fit(model, loader, epochs=20, lr=1e-2, l1=1e-3):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        total = 0.0
        for stimulus, spikes, mask in loader:
            loss = model(stimulus, spikes, mask)
            loss = loss + l1 * model.coupling.weight.abs().mean()
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            opt.step()
            total += loss.item()
        history.append(total / len(loader))
    return history
