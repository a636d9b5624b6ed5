# origin: diffusion schedules that reach 0 or 1
# kinds: NS322
import numpy as np


def sample(model, x, steps=50):
    ts = np.linspace(0.0, 1.0, steps)  #-
    ts = np.linspace(0.0, 0.999, steps)  #+
    for t in ts:
        v = (model(x, t) - x) / (1 - t)  #!
        v = (model(x, t) - x) / (1 - t)  #+
        x = x + v / steps
    return x
