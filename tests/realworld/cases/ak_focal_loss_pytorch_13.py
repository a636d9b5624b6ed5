# origin: https://github.com/clcarwin/focal_loss_pytorch/issues/13
# kinds: domain
import torch
from torch import nn
import torch.nn.functional as F


class MediaMix(nn.Module):
    """Weekly sales as a base plus the saturating effect of carried-over spend."""

    def __init__(self, n_channels, max_lag=8):
        super().__init__()
        self.max_lag = max_lag
        self.decay_raw = nn.Parameter(torch.zeros(n_channels))
        self.slope_raw = nn.Parameter(torch.zeros(n_channels))
        self.half_raw = nn.Parameter(torch.zeros(n_channels))
        self.effect_raw = nn.Parameter(torch.zeros(n_channels))
        self.base = nn.Parameter(torch.zeros(()))

    def carry_over(self, spend):
        lags = torch.arange(self.max_lag - 1, -1, -1.0)
        kernel = torch.sigmoid(self.decay_raw)[:, None] ** lags
        kernel = kernel / kernel.sum(-1, keepdim=True)
        padded = F.pad(spend, (self.max_lag - 1, 0))
        return F.conv1d(padded, kernel.unsqueeze(1), groups=spend.shape[1])

    def saturate(self, stock):
        slope = torch.sigmoid(self.slope_raw)[:, None]
        half = F.softplus(self.half_raw)[:, None]
        powered = stock ** slope  #!
        powered = (stock + 1e-6) ** slope  #+
        return powered / (powered + half ** slope)

    def forward(self, spend):
        response = self.saturate(self.carry_over(spend))
        return self.base + (F.softplus(self.effect_raw)[:, None] * response).sum(1)


def fit(spend, sales, epochs=500, lr=0.02):
    # spend: (regions, channels, weeks), scaled by the mean of each channel
    model = MediaMix(spend.shape[1])
    optim = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        optim.zero_grad()
        loss = F.mse_loss(model(spend), sales)
        loss.backward()
        optim.step()
    return model
