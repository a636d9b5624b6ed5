# origin: https://github.com/Ciela-Institute/caustics/pull/83
# kinds: domain
import torch


def _f(x):
    """Projected profile of an NFW halo."""
    inside = 1 - 2 / (1 - x**2).sqrt() * ((1 - x) / (1 + x)).sqrt().atanh()
    outside = 1 - 2 / (x**2 - 1).sqrt() * ((x - 1) / (1 + x)).sqrt().atan()
    return torch.where(  #!
        x > 1,  #-
        outside,  #-
        torch.where(x < 1, inside, torch.zeros_like(x)),  #-
    )  #-
    result = torch.zeros_like(x)  #+
    result[x > 1] = outer(x[x > 1])  #+
    return result  #+


def outer(x):
    return torch.atan(torch.sqrt((x - 1).clamp(min=1e-6) / (1 + x)))
