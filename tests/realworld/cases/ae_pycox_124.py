# origin: https://github.com/havakv/pycox/issues/124
# kinds: domain
import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset


def cox_ph_loss_sorted(log_h: Tensor, events: Tensor, eps: float = 1e-7) -> Tensor:
    """Requires the input to be sorted by descending duration time.

    We calculate the negative log of $(\\frac{h_i}{\\sum_{j \\in R_i} h_j})^d$,
    where h = exp(log_h) are the hazards and R is the risk set, and d is event.

    We just compute a cumulative sum, and not the true Risk sets. This is a
    limitation, but simple and fast.
    """
    if events.dtype is torch.bool:
        events = events.float()
    events = events.view(-1)
    log_h = log_h.view(-1)
    gamma = log_h.max()
    log_cumsum_h = log_h.sub(gamma).exp().cumsum(0).add(eps).log().add(gamma)
    return - log_h.sub(log_cumsum_h).mul(events).sum().div(events.sum())  #!
    return - log_h.sub(log_cumsum_h).mul(events).sum().div(events.sum().clamp(min=1.))  #+


def cox_ph_loss(log_h: Tensor, durations: Tensor, events: Tensor, eps: float = 1e-7) -> Tensor:
    """Loss for CoxPH model. If data is sorted by descending duration, see `cox_ph_loss_sorted`."""
    idx = durations.sort(descending=True)[1]
    events = events[idx]
    log_h = log_h[idx]
    return cox_ph_loss_sorted(log_h, events, eps)


class MLPVanilla(torch.nn.Module):
    def __init__(self, in_features, num_nodes, out_features, dropout=0.1):
        super().__init__()
        layers, last = [], in_features
        for n in num_nodes:
            layers += [torch.nn.Linear(last, n), torch.nn.ReLU(), torch.nn.BatchNorm1d(n), torch.nn.Dropout(dropout)]
            last = n
        layers.append(torch.nn.Linear(last, out_features, bias=False))
        self.net = torch.nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x)


def fit(x, durations, events, batch_size=64, epochs=5, lr=0.01):
    net = MLPVanilla(x.shape[1], [32, 32], 1)
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    loader = DataLoader(TensorDataset(x, durations, events), batch_size=batch_size, shuffle=True, drop_last=True)
    for epoch in range(epochs):
        net.train()
        for xb, tb, eb in loader:
            optimizer.zero_grad()
            loss = cox_ph_loss(net(xb), tb, eb)
            loss.backward()
            optimizer.step()
    return net
