# origin: https://github.com/bobxwu/FASTopic/pull/12
# kinds: underflow overflow domain
import math

import torch
from torch import nn


def pairwise_distance(x, y):
    return x.pow(2).sum(1, keepdim=True) + y.pow(2).sum(1) - 2 * x @ y.t()


class ETP(nn.Module):
    """Embedding transport plan between two sets of embeddings."""

    def __init__(self, sinkhorn_alpha, max_iter=500, stop_thr=5e-3):
        super().__init__()
        self.sinkhorn_alpha = sinkhorn_alpha
        self.max_iter = max_iter
        self.stop_thr = stop_thr
        self.epsilon = 1e-16  #-

    def forward(self, x, y):
        M = pairwise_distance(x, y)
        n, m = M.shape
        a = M.new_full((n, 1), 1.0 / n)
        b = M.new_full((m, 1), 1.0 / m)
        u = torch.ones_like(a) / n  #-
        K = torch.exp(-M * self.sinkhorn_alpha)  #!
        log_K = -M * self.sinkhorn_alpha  #+
        f = torch.zeros_like(a)  #+
        for it in range(self.max_iter):
            v = b / (K.t() @ u + self.epsilon)  #!
            u = a / (K @ v + self.epsilon)  #!
            g = -math.log(m) - torch.logsumexp(log_K + f, dim=0, keepdim=True).t()  #+
            f = -math.log(n) - torch.logsumexp(log_K + g.t(), dim=1, keepdim=True)  #+
            if it % 50 == 0:
                with torch.no_grad():
                    marginal = v * (K.t() @ u)  #-
                    marginal = torch.exp(g + torch.logsumexp(log_K + f, dim=0, keepdim=True).t())  #+
                    if (marginal - b).abs().sum() < self.stop_thr:
                        break
        transp = u * (K * v.t())  #-
        transp = torch.exp(f + log_K + g.t())  #+
        return (transp * M).sum(), transp


class TopicModel(nn.Module):
    def __init__(self, num_topics, vocab_size, dim, alpha=3.0):
        super().__init__()
        self.topics = nn.Parameter(torch.randn(num_topics, dim))
        self.words = nn.Parameter(torch.randn(vocab_size, dim))
        self.etp = ETP(alpha)

    def forward(self, docs):
        loss_dt, theta = self.etp(docs, self.topics)
        loss_tw, beta = self.etp(self.topics, self.words)
        return loss_dt + loss_tw, theta * docs.shape[0], beta * self.topics.shape[0]
