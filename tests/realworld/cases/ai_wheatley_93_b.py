# origin: https://github.com/jolibrain/wheatley/pull/93
# kinds: domain
import torch
from torch import nn


class GaussianClassHead(nn.Module):
    """Few-shot classifier: one diagonal Gaussian per class, fitted on the support set."""

    def __init__(self, feat_dim, min_std=1e-2):
        super().__init__()
        self.feat_dim = feat_dim
        self.min_std = min_std

    def fit_class(self, feats):
        mu = feats.mean(dim=0)
        sigma = feats.std(dim=0)  #!
        if feats.shape[0] > 1:  #+
            sigma = feats.std(dim=0)  #+
        else:  #+
            sigma = torch.ones_like(mu)  #+
        return mu, sigma + self.min_std

    def forward(self, support, labels, query, n_way):
        mus, sigmas = [], []
        for c in range(n_way):
            mu, sigma = self.fit_class(support[labels == c])
            mus.append(mu)
            sigmas.append(sigma)
        mu = torch.stack(mus)
        sigma = torch.stack(sigmas)
        z = (query[:, None] - mu) / sigma
        return -(0.5 * z.pow(2) + sigma.log()).sum(-1)


class EpisodeTrainer:
    def __init__(self, backbone, feat_dim, n_way=5, k_shot=1, lr=1e-3):
        self.backbone = backbone
        self.head = GaussianClassHead(feat_dim)
        self.n_way = n_way
        self.k_shot = k_shot
        self.optimizer = torch.optim.Adam(backbone.parameters(), lr=lr)

    def step(self, images, query_images, query_labels):
        labels = torch.arange(self.n_way).repeat_interleave(self.k_shot)
        support = self.backbone(images)
        logits = self.head(support, labels, self.backbone(query_images), self.n_way)
        loss = nn.functional.cross_entropy(logits / self.head.feat_dim, query_labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()
