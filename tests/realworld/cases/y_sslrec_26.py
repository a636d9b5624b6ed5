# origin: https://github.com/HKUDS/SSLRec/issues/26
# kinds: domain
import torch as t
from torch import nn
import torch.nn.functional as F


class LocalGraph(nn.Module):
    """Scores the nodes by agreement with their neighbourhood and samples the seeds to be masked."""

    def __init__(self, seed_num):
        super().__init__()
        self.seed_num = seed_num

    def make_noise(self, scores):
        noise = t.rand(scores.shape, device=scores.device)
        noise[noise == 0] = 1e-8  #+
        noise = -t.log(-t.log(noise))  #!
        noise = -t.log(-t.log(noise))  #+
        return t.log(scores) + noise

    def forward(self, adj, embeds, ego):
        order = t.sparse.sum(adj, dim=-1).to_dense().view(-1, 1)
        first = t.sparse.mm(adj, embeds) - embeds
        second = t.sparse.mm(adj, first) - first - order * embeds
        subgraph = (first + second) / (order + t.sparse.mm(adj, order) + 1e-8)
        subgraph = F.normalize(subgraph, p=2)
        ego = F.normalize(ego, p=2)
        scores = t.sigmoid(t.sum(subgraph * ego, dim=-1))
        scores = self.make_noise(scores)
        _, seeds = t.topk(scores, self.seed_num)
        return scores, seeds


class AutoCF(nn.Module):
    def __init__(self, n_nodes, dim, seed_num=500, reg=1e-3):
        super().__init__()
        self.embeds = nn.Parameter(nn.init.xavier_uniform_(t.empty(n_nodes, dim)))
        self.sampler = LocalGraph(seed_num)
        self.reg = reg

    def cal_loss(self, adj, rec_loss):
        sample_scores, seeds = self.sampler(adj, self.embeds, self.embeds)
        infomax_loss = -sample_scores.mean()
        return rec_loss(self.embeds, seeds) + infomax_loss + self.reg * self.embeds.square().sum()
