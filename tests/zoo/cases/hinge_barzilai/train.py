"""Large-margin classifier of flowers, whole data set at once."""
import numpy as np
import torch
from torch import nn

from optim import BarzilaiBorwein


def flowers(rng, per_class=60):
    centres = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
    x = np.concatenate([c + 0.15 * rng.normal(size=(per_class, 4)) for c in centres])
    x = (x - x.mean(0)) / x.std(0)
    return torch.tensor(x, dtype=torch.float32), torch.arange(3).repeat_interleave(per_class)


def hinge(scores, y):
    own = scores.gather(1, y[:, None])
    slack = (1 - own + scores).clamp(min=0)
    slack = slack.scatter(1, y[:, None], 0.0)
    return slack.sum(1).mean()


torch.manual_seed(45)
x, y = flowers(np.random.default_rng(45))
model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 3))
optimizer = BarzilaiBorwein(model.parameters())
for sweep in range(170):
    loss = hinge(model(x), y)
    model.zero_grad()
    loss.backward()
    optimizer.step()
    if sweep % 10 == 0:
        print(f"sweep {sweep:3d} hinge {loss.item():.6f}")
