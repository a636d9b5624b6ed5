import torch


class Meter:
    def __init__(self, device):
        self.total = torch.tensor(0.0, dtype=torch.bfloat16, device=device)
        self.n = 0

    def update(self, v):
        self.total += v  # NS614
        self.n += 1
