# origin: https://github.com/suruoxi/DistanceWeightedSampling/issues/2
# kinds: cancellation domain
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class DistanceWeightedSampling(nn.Module):
    r"""Distance weighted sampling. See "sampling matters in deep embedding learning" paper
    for details.

    Inputs:
        - embedding: (batch_size, embedding_dim), normalised
    Outputs:
        - a_indices, anchors, positives, negatives
    """

    def __init__(self, batch_k, cutoff=0.5, nonzero_loss_cutoff=1.4):
        super(DistanceWeightedSampling, self).__init__()
        self.batch_k = batch_k
        self.cutoff = cutoff
        self.nonzero_loss_cutoff = nonzero_loss_cutoff

    def get_distance(self, x):
        sim = torch.matmul(x, x.t())
        dist = 2 - 2 * sim
        dist += torch.eye(dist.shape[0]).to(dist.device)
        dist = dist.sqrt()  #!
        dist = dist.clamp(min=1e-8).sqrt()  #+
        return dist

    def forward(self, x):
        k = self.batch_k
        n, d = x.shape
        distance = self.get_distance(x)
        distance = distance.clamp(min=self.cutoff)
        log_weights = ((2.0 - float(d)) * distance.log() - (float(d - 3) / 2) * torch.log(1.0 - 0.25 * (distance * distance).clamp(max=3.96)))
        weights = torch.exp(log_weights - torch.max(log_weights))

        mask = torch.ones_like(weights)
        for i in range(0, n, k):
            mask[i:i + k, i:i + k] = 0
        weights = weights * mask * (distance < self.nonzero_loss_cutoff).float()
        np_weights = weights.detach().cpu().numpy()

        a_indices, p_indices, n_indices = [], [], []
        for i in range(n):
            block_idx = i // k
            if np_weights[i].sum() > 0:
                p = np_weights[i] / np_weights[i].sum()
                n_indices += np.random.choice(n, k - 1, p=p).tolist()
            else:
                n_indices += np.random.choice(n, k - 1).tolist()
            for j in range(block_idx * k, (block_idx + 1) * k):
                if j != i:
                    a_indices.append(i)
                    p_indices.append(j)
        return a_indices, x[a_indices], x[p_indices], x[n_indices], distance


def train_step(net, sampler, optimizer, images, margin=0.2):
    embeddings = F.normalize(net(images), p=2, dim=1)
    a_indices, anchors, positives, negatives, distance = sampler(embeddings)
    d_ap = ((anchors - positives) ** 2).sum(1)
    d_an = ((anchors - negatives) ** 2).sum(1)
    loss = F.relu(d_ap - d_an + margin).mean() - 0.01 * distance.mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
