# origin: https://github.com/MakazhanAlpamys/Soup/pull/1084
# kinds: domain overflow
import torch
import torch.nn as nn

SOFTPLUS_THRESHOLD = 20.0


def rectified_rate(drive):
    """Soft rectification from membrane drive to firing rate (spikes per bin)."""
    soft = torch.log1p(torch.exp(drive))  #!
    soft = torch.log1p(torch.exp(drive.clamp(max=SOFTPLUS_THRESHOLD)))  #+
    return torch.where(drive > SOFTPLUS_THRESHOLD, drive, soft)


class SpikingGLM(nn.Module):
    """Coupled Poisson GLM with stimulus filter, history filter and coupling."""

    def __init__(self, n_neurons, stim_dim, history=10):
        super().__init__()
        self.history = history
        self.stim = nn.Linear(stim_dim, n_neurons)
        self.coupling = nn.Conv1d(n_neurons, n_neurons, history, bias=False)
        nn.init.zeros_(self.coupling.weight)

    def forward(self, stimulus, spikes):
        # stimulus: (trials, time, stim_dim), spikes: (trials, time, neurons)
        past = nn.functional.pad(spikes.transpose(1, 2), (self.history, 0))[..., :-1]
        drive = self.stim(stimulus) + self.coupling(past).transpose(1, 2)
        return rectified_rate(drive)


def poisson_nll(rate, spikes, eps=1e-6):
    return (rate - spikes * torch.log(rate + eps)).mean()


def smoothness_penalty(weight):
    return (weight[..., 1:] - weight[..., :-1]).pow(2).sum()


def fit(model, stimulus, spikes, epochs=50, lr=1e-2, l2=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        optimizer.zero_grad()
        rate = model(stimulus, spikes)
        loss = poisson_nll(rate, spikes) + l2 * smoothness_penalty(model.coupling.weight)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        history.append(loss.item())
    return history


if __name__ == "__main__":
    torch.manual_seed(0)
    stimulus = 40.0 * torch.randn(8, 200, 16)
    spikes = torch.poisson(torch.rand(8, 200, 5))
    glm = SpikingGLM(5, 16)
    losses = fit(glm, stimulus, spikes)
    print("first", losses[0], "last", losses[-1])
