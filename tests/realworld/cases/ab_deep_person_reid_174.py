# origin: https://github.com/KaiyangZhou/deep-person-reid/issues/174
# kinds: cancellation precision
import numpy as np
import torch
from torch.nn import functional as F


def euclidean_squared_distance(input1, input2):
    """Computes euclidean squared distance.

    Args:
        input1 (torch.Tensor): 2-D feature matrix.
        input2 (torch.Tensor): 2-D feature matrix.

    Returns:
        torch.Tensor: distance matrix.
    """
    m, n = input1.size(0), input2.size(0)  #-
    distmat = (torch.pow(input1, 2).sum(dim=1, keepdim=True).expand(m, n)  #-
               + torch.pow(input2, 2).sum(dim=1, keepdim=True).expand(n, m).t())  #-
    distmat.addmm_(input1, input2.t(), beta=1, alpha=-2)  #!
    distmat = torch.stack([(row - input2).pow(2).sum(dim=1) for row in input1])  #+
    return distmat


def cosine_distance(input1, input2):
    input1_normed = F.normalize(input1, p=2, dim=1)
    input2_normed = F.normalize(input2, p=2, dim=1)
    return 1 - torch.mm(input1_normed, input2_normed.t())


def compute_distance_matrix(input1, input2, metric='euclidean'):
    assert input1.dim() == 2 and input2.dim() == 2
    assert input1.size(1) == input2.size(1)
    if metric == 'euclidean':
        distmat = euclidean_squared_distance(input1, input2)
    elif metric == 'cosine':
        distmat = cosine_distance(input1, input2)
    else:
        raise ValueError('Unknown distance metric: {}'.format(metric))
    return distmat


def evaluate(model, query_loader, gallery_loader, dist_metric='euclidean', topk=10):
    model.eval()
    with torch.no_grad():
        qf = torch.cat([model(imgs).flatten(1) for imgs, _ in query_loader])
        q_pids = np.concatenate([pids for _, pids in query_loader])
        gf = torch.cat([model(imgs).flatten(1) for imgs, _ in gallery_loader])
        g_pids = np.concatenate([pids for _, pids in gallery_loader])
    distmat = compute_distance_matrix(qf, gf, dist_metric).numpy()
    indices = np.argsort(distmat, axis=1)[:, :topk]
    matches = (g_pids[indices] == q_pids[:, np.newaxis])
    return matches.any(axis=1).mean(), distmat
