import torch
import torch.nn as nn
import torch.nn.functional as F

def f(logp, old, m):
    r = torch.exp(logp - old)  # NS105
    ok = (r > 0.5) & (r < 2.0)
    return (r * ok.float()).sum()  # NS307
