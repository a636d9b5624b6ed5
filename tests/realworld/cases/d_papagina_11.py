# origin: https://github.com/papagina/RotationContinuity/issues/11
# kinds: domain
import torch
from torch.autograd import Variable


def compute_geodesic_distance_from_two_matrices(m1, m2):
    batch = m1.shape[0]
    m = torch.bmm(m1, m2.transpose(1, 2))
    cos = (m[:, 0, 0] + m[:, 1, 1] + m[:, 2, 2] - 1) / 2
    limit = Variable(torch.ones(batch))  #-
    limit = Variable(torch.ones(batch)) * 0.9999  #+
    cos = torch.min(cos, limit)
    cos = torch.max(cos, limit * -1)
    theta = torch.acos(cos)  #*
    return theta
