# origin: https://github.com/DLR-RM/stable-baselines3/issues/265
# kinds: domain
import torch
import torch.nn as nn


class GaussianPrototypes(nn.Module):
    """Few-shot classifier: one diagonal Gaussian per class in embedding space."""

    def __init__(self, encoder, reg=0.1):
        super().__init__()
        self.encoder = encoder
        self.reg = reg

    def fit_classes(self, support, labels, n_way):
        means, variances = [], []
        for c in range(n_way):
            members = support[labels == c]
            means.append(members.mean(dim=0))
            variances.append(members.var(dim=0) + self.reg)  #!
            variances.append(members.var(dim=0, unbiased=False) + self.reg)  #+
        return torch.stack(means), torch.stack(variances)

    def forward(self, support_x, support_y, query_x, n_way):
        support = self.encoder(support_x)
        query = self.encoder(query_x)
        mean, var = self.fit_classes(support, support_y, n_way)
        diff = query.unsqueeze(1) - mean.unsqueeze(0)
        maha = (diff.square() / var).sum(dim=-1)
        return -0.5 * (maha + var.log().sum(dim=-1))


class EpisodeSampler:
    def __init__(self, features, labels, n_way=5, k_shot=1, n_query=15, seed=0):
        self.features = features
        self.labels = labels
        self.n_way, self.k_shot, self.n_query = n_way, k_shot, n_query
        self.gen = torch.Generator().manual_seed(seed)

    def __call__(self):
        classes = torch.randperm(int(self.labels.max()) + 1, generator=self.gen)[: self.n_way]
        sx, sy, qx, qy = [], [], [], []
        for i, c in enumerate(classes):
            idx = torch.nonzero(self.labels == c).flatten()
            idx = idx[torch.randperm(len(idx), generator=self.gen)]
            sx.append(self.features[idx[: self.k_shot]])
            qx.append(self.features[idx[self.k_shot : self.k_shot + self.n_query]])
            sy += [i] * len(sx[-1])
            qy += [i] * len(qx[-1])
        return torch.cat(sx), torch.tensor(sy), torch.cat(qx), torch.tensor(qy)


def train_episode(model, sampler, optimizer):
    sx, sy, qx, qy = sampler()
    scores = model(sx, sy, qx, sampler.n_way)
    loss = nn.functional.cross_entropy(scores, qy)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
