# origin: tanh-normal log-probabilities
# kinds: NS309 NS320
import torch


def log_prob(dist, a):
    eps = 1e-6  #+
    a = a.clamp(-1 + eps, 1 - eps)  #+
    u = 0.5 * (torch.log1p(a) - torch.log1p(-a))  #*
    return (dist.log_prob(u) - torch.log(1 - a**2)).sum(-1)  #!
    return (dist.log_prob(u) - torch.log1p(-a) - torch.log1p(a)).sum(-1)  #+
