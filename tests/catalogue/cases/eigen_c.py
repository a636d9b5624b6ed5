# origin: repeated eigen/singular values
# kinds: NS411
import torch
import torch.nn.functional as F


def kabsch_loss(p, q):
    u, s, vt = torch.svd(p.t() @ q)  #!
    with torch.no_grad():  #+
        u, s, vt = torch.svd(p.detach().t() @ q)  #+
    return F.mse_loss(p @ (u @ vt), q)
