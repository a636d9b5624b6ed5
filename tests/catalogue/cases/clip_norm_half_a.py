# origin: norm in half inside clipping
# kinds: NS111 NS110 NS612
import torch


def clip(model, limit):
    model.half()
    total = 0.0
    for p in model.parameters():
        total += p.grad.half().pow(2).sum()  #!
        total += p.grad.float().pow(2).sum()  #+
    norm = total.sqrt()
    for p in model.parameters():
        p.grad.mul_(limit / (norm + 1e-6))
