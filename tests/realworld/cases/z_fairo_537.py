# origin: https://github.com/facebookresearch/fairo/pull/537
# kinds: precision
import time

import torch


def to_timestamp(seconds, nanoseconds):
    return torch.tensor(seconds + 1e-9 * nanoseconds, dtype=torch.float32)  #!
    return torch.tensor([seconds, nanoseconds], dtype=torch.int32)  #+


def timestamp_diff(t1, t0):
    """Seconds from t0 to t1."""
    return t1 - t0  #!
    d = (t1 - t0).double()  #+
    return (d[0] + 1e-9 * d[1]).float()  #+


class FiniteDifferenceVelocity(torch.nn.Module):
    """Joint velocity estimate from timestamped position readings of the robot client."""

    def __init__(self, num_dofs, smoothing=0.8, min_dt=1e-4):
        super().__init__()
        self.smoothing = smoothing
        self.min_dt = min_dt
        self.velocity = torch.zeros(num_dofs)
        self.last_position = None
        self.last_time = None

    def forward(self, position, timestamp):
        if self.last_time is not None:
            dt = timestamp_diff(timestamp, self.last_time)
            if dt > self.min_dt:
                raw = (position - self.last_position) / dt
                self.velocity = self.smoothing * self.velocity + (1 - self.smoothing) * raw
        self.last_position, self.last_time = position.clone(), timestamp
        return self.velocity


class PDController(torch.nn.Module):
    def __init__(self, kp, kd):
        super().__init__()
        self.kp, self.kd = kp, kd
        self.estimator = FiniteDifferenceVelocity(kp.numel())

    def forward(self, position, desired, now_ns=None):
        now_ns = time.time_ns() if now_ns is None else now_ns
        stamp = to_timestamp(now_ns // 10**9, now_ns % 10**9)
        return self.kp * (desired - position) - self.kd * self.estimator(position, stamp)
