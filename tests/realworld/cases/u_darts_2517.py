# origin: https://github.com/unit8co/darts/issues/2517
# kinds: domain
import numpy as np
import torch
import torch.nn as nn


def _divide_no_nan(a, b):
    """a / b with undefined ratios counted as 0."""
    result = a / b  #!
    result[result != result] = 0.0  #-
    result[result == np.inf] = 0.0  #-
    result[result == -np.inf] = 0.0  #-
    return result  #-
    valid = b.abs() > 1e-8  #+
    safe = torch.where(valid, b, torch.ones_like(b))  #+
    return torch.where(valid, a / safe, torch.zeros_like(a))  #+


class MapeLoss(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, inpt, tgt):
        return torch.mean(_divide_no_nan(torch.abs(tgt - inpt), torch.abs(tgt)))


class SmapeLoss(nn.Module):
    def __init__(self, block_denom_grad: bool = True):
        super().__init__()
        self.block_denom_grad = block_denom_grad

    def forward(self, inpt, tgt):
        num = torch.abs(tgt - inpt)
        denom = torch.abs(tgt) + torch.abs(inpt)
        if self.block_denom_grad:
            denom = denom.detach()
        return torch.mean(_divide_no_nan(num, denom))


def fit(model, loader, epochs=10, lr=1e-3):
    criterion = MapeLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(epochs):
        for past, future in loader:
            optimizer.zero_grad()
            loss = criterion(model(past), future)
            loss.backward()
            optimizer.step()
    return model
