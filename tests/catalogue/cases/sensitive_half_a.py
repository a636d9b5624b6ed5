# origin: sensitive operations forced into half
# kinds: NS132
import torch


def attention(q, k, v):
    with torch.autocast("cuda", dtype=torch.float16):
        scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
        weight = torch.exp(scores.half())  #!
        weight = torch.exp(scores.float() - scores.float().amax(-1, keepdim=True))  #+
        return weight @ v / weight.sum(-1, keepdim=True).clamp(min=1e-6)
