# origin: https://github.com/facebookresearch/pytorch3d/issues/188
# kinds: cancellation
from dataclasses import dataclass

import torch


@dataclass
class TrackerConfig:
    dt: float = 0.1
    accel_noise: float = 0.5
    turn_noise: float = 0.02
    min_turn: float = 1e-6


class TurnRateModel:
    """Constant turn rate and speed motion of a set of particles.

    State columns: x, y, heading, speed, turn rate.
    """

    def __init__(self, cfg: TrackerConfig):
        self.cfg = cfg

    def displacement(self, heading, speed, omega):
        dt = self.cfg.dt
        turning = omega.abs() > self.cfg.min_turn  #-
        safe = torch.where(turning, omega, torch.ones_like(omega))  #-
        new_heading = heading + omega * dt  #-
        dx = speed / safe * (torch.sin(new_heading) - torch.sin(heading))  #!
        dy = speed / safe * (torch.cos(heading) - torch.cos(new_heading))  #!
        dx = torch.where(turning, dx, speed * dt * torch.cos(heading))  #-
        dy = torch.where(turning, dy, speed * dt * torch.sin(heading))  #-
        half = 0.5 * omega * dt  #+
        chord = speed * dt * torch.sinc(half / torch.pi)  #+
        dx = chord * torch.cos(heading + half)  #+
        dy = chord * torch.sin(heading + half)  #+
        return dx, dy

    def predict(self, particles, generator=None):
        x, y, heading, speed, omega = particles.unbind(-1)
        dx, dy = self.displacement(heading, speed, omega)
        eps = torch.randn(2, *x.shape, generator=generator)
        speed = speed + self.cfg.accel_noise * self.cfg.dt * eps[0]
        turned = heading + omega * self.cfg.dt
        omega = omega + self.cfg.turn_noise * self.cfg.dt * eps[1]
        turned = torch.remainder(turned + torch.pi, 2 * torch.pi) - torch.pi
        return torch.stack([x + dx, y + dy, turned, speed, omega], dim=-1)


def rollout(model, particles, steps):
    track = [particles]
    for _ in range(steps):
        track.append(model.predict(track[-1]))
    return torch.stack(track)
