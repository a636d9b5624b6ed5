# origin: https://github.com/bobxwu/FASTopic/pull/12
# kinds: underflow domain overflow
import torch
import torch.nn as nn
import torch.nn.functional as F


class ETP(nn.Module):
    """Entropic transport plan between two sets of embeddings, by Sinkhorn iterations."""

    def __init__(self, sinkhorn_alpha, num_iters=200):
        super().__init__()
        self.sinkhorn_alpha = sinkhorn_alpha
        self.num_iters = num_iters

    def forward(self, x, y):
        M = torch.cdist(x, y).pow(2)
        n, m = M.shape
        a = torch.full((n, 1), 1.0 / n, device=M.device)
        b = torch.full((m, 1), 1.0 / m, device=M.device)
        K = torch.exp(-M * self.sinkhorn_alpha)  #!
        u = torch.ones_like(a) / n  #-
        for _ in range(self.num_iters):  #-
            v = b / torch.matmul(K.t(), u)  #!
            u = a / torch.matmul(K, v)  #!
        transp = u * (K * v.t())  #!
        log_K = -M * self.sinkhorn_alpha  #+
        log_u = torch.zeros_like(a)  #+
        for _ in range(self.num_iters):  #+
            log_v = b.log() - torch.logsumexp(log_K + log_u, dim=0).unsqueeze(1)  #+
            log_u = a.log() - torch.logsumexp(log_K + log_v.t(), dim=1).unsqueeze(1)  #+
        transp = torch.exp(log_u + log_K + log_v.t())  #+
        return (transp * M).sum(), transp


class TopicModel(nn.Module):
    def __init__(self, num_topics, vocab_size, embed_size=384, dt_alpha=3.0, tw_alpha=2.0):
        super().__init__()
        self.topic_embeddings = nn.Parameter(torch.randn(num_topics, embed_size))
        self.word_embeddings = nn.Parameter(torch.randn(vocab_size, embed_size))
        self.dt_etp = ETP(dt_alpha)
        self.tw_etp = ETP(tw_alpha)

    def forward(self, doc_embeddings, bow):
        loss_dt, theta = self.dt_etp(doc_embeddings, self.topic_embeddings)
        loss_tw, beta = self.tw_etp(self.topic_embeddings, self.word_embeddings)
        theta, beta = theta * theta.shape[0], beta * beta.shape[0]
        recon = torch.matmul(theta, beta)
        loss = -(bow * torch.log(recon + 1e-12)).sum(dim=1).mean()
        return loss + loss_dt + loss_tw
