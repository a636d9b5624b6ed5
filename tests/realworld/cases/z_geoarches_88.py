# origin: https://github.com/INRIA/geoarches/pull/88
# kinds: domain data
import torch
import torch.nn as nn


def compute_lat_weights(latitudes):
    weights = torch.cos(torch.deg2rad(latitudes))
    return (weights / weights.mean()).view(-1, 1)


class MaskedWeatherLoss(nn.Module):
    """Latitude-weighted MSE; variables such as sea surface temperature are NaN over land."""

    def __init__(self, latitudes, variable_weights):
        super().__init__()
        self.register_buffer("area", compute_lat_weights(latitudes))
        self.register_buffer("var_weights", torch.as_tensor(variable_weights).view(1, -1, 1, 1))

    def forward(self, pred, gt):
        mask = torch.isfinite(gt)
        gt = torch.where(mask, gt, torch.zeros_like(gt))  #+
        weighted = (pred - gt).pow(2) * self.area * self.var_weights
        weighted = weighted * mask  #!
        weighted = weighted * mask  #+
        return weighted.sum() / mask.sum().clamp_min(1)


class PersistencePlusDelta(nn.Module):
    def __init__(self, channels, width=64):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(2 * channels, width, 3, padding=1, padding_mode="circular"),
            nn.GELU(),
            nn.Conv2d(width, channels, 3, padding=1, padding_mode="circular"),
        )

    def forward(self, state, prev_state):
        state = torch.nan_to_num(state)
        prev_state = torch.nan_to_num(prev_state)
        return state + self.net(torch.cat([state, prev_state], dim=1))


def training_step(model, loss_fn, optimizer, batch):
    pred = model(batch["state"], batch["prev_state"])
    loss = loss_fn(pred, batch["next_state"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
