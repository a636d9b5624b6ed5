# origin: contrastive temperature
# kinds: NS130
import torch
import torch.nn.functional as F


def nt_xent(z, temperature=0.005):
    z = F.normalize(z, dim=1)
    n = len(z) // 2
    sim = z @ z.T / temperature
    positive = torch.exp(torch.diag(sim, n))  #!
    total = torch.exp(sim).sum(1)[:n]  #-
    return -torch.log(positive / total).mean()  #!
    return -(torch.diag(sim, n) - torch.logsumexp(sim, 1)[:n]).mean()  #+
