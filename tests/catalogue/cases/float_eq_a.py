# origin: == on floats
# kinds: NS222
import torch


def count(x):
    total = (x * 0.1).sum()
    if total == 0.3:  #!
    if torch.isclose(total, torch.tensor(0.3)):  #+
        return 1
    return 0
