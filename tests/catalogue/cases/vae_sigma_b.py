# origin: VAE with sigma instead of log-variance
# kinds: NS324
import torch
import torch.nn.functional as F


class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = torch.nn.Linear(64, 32)
        self.loc = torch.nn.Linear(32, 8)
        self.scale = torch.nn.Linear(32, 8)

    def forward(self, x):
        h = F.relu(self.lin(x))
        std = self.scale(h)  #-
        std = F.softplus(self.scale(h)) + 1e-4  #+
        return self.loc(h), std


def kl_divergence(enc, x):
    h = F.relu(enc.lin(x))
    mean, std = enc.loc(h), enc.scale(h)  #-
    mean, std = enc.loc(h), F.softplus(enc.scale(h)) + 1e-4  #+
    return 0.5 * torch.sum(mean.pow(2) + std.pow(2) - 2 * torch.log(std) - 1, dim=1)  #*
