# origin: https://github.com/eigenvivek/nanodrr/pull/31
# kinds: domain
import torch
from jaxtyping import Float


def rotmat_geodesic_distance(R1: Float[torch.Tensor, "B 3 3"], R2: Float[torch.Tensor, "B 3 3"]):
    R = R1.transpose(-1, -2) @ R2
    trace = R.diagonal(dim1=-2, dim2=-1).sum(-1)
    theta = ((trace - 1) / 2).clamp(-1, 1).arccos()  #!
    theta = ((trace - 1) / 2).clamp(-1 + 1e-6, 1 - 1e-6).arccos()  #+
    return theta
