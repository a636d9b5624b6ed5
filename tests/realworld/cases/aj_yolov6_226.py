# origin: https://github.com/meituan/YOLOv6/issues/226
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class WindLoss(nn.Module):
    """Loss for 10 m wind: speed error plus direction error on the unit circle.

    Fields are (batch, 2, lat, lon) with the zonal and meridional component.
    """

    def __init__(self, direction_weight=0.3, lat_weights=None):
        super().__init__()
        self.direction_weight = direction_weight
        self.register_buffer("lat_weights", lat_weights)

    @staticmethod
    def polar(field):
        u, v = field[:, 0], field[:, 1]
        speed = (u ** 2 + v ** 2) ** 0.5  #!
        speed = (u ** 2 + v ** 2 + 1e-6) ** 0.5  #+
        return speed, u / speed, v / speed

    def weighted_mean(self, err):
        if self.lat_weights is None:
            return err.mean()
        w = self.lat_weights[None, :, None]
        return (err * w).mean() / self.lat_weights.mean()

    def forward(self, pred, target):
        s_p, cos_p, sin_p = self.polar(pred)
        s_t, cos_t, sin_t = self.polar(target)
        speed_err = F.smooth_l1_loss(s_p, s_t, reduction="none")
        dir_err = (cos_p - cos_t) ** 2 + (sin_p - sin_t) ** 2
        return self.weighted_mean(speed_err + self.direction_weight * dir_err)


def latitude_weights(n_lat):
    lats = torch.linspace(-90.0, 90.0, n_lat)
    return torch.cos(torch.deg2rad(lats)).clamp_min(0.0)


def train_step(model, optimizer, batch, criterion):
    optimizer.zero_grad()
    pred = model(batch["state"])
    loss = criterion(pred * batch["sea_mask"], batch["wind"] * batch["sea_mask"])
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.detach()
