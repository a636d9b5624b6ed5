# origin: diffusion schedules that reach 0 or 1
# kinds: NS322
import math

import torch


def betas_for_alpha_bar(steps):
    def alpha_bar(t):
        return math.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2

    betas = []
    for i in range(steps):
        betas.append(1 - alpha_bar((i + 1) / steps) / alpha_bar(i / steps))  #!
        betas.append(min(1 - alpha_bar((i + 1) / steps) / alpha_bar(i / steps), 0.999))  #+
    return torch.tensor(betas)
