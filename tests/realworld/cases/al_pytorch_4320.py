# origin: https://github.com/pytorch/pytorch/issues/4320
# kinds: domain
import torch
import torch.nn as nn


class TDNNBlock(nn.Module):
    def __init__(self, in_dim, out_dim, context, dilation=1):
        super().__init__()
        self.conv = nn.Conv1d(in_dim, out_dim, context, dilation=dilation)
        self.bn = nn.BatchNorm1d(out_dim)

    def forward(self, x):
        return self.bn(torch.relu(self.conv(x)))


class StatsPooling(nn.Module):
    """Mean and standard deviation over the time axis."""

    def __init__(self, dim=-1, floor=1e-5):
        super().__init__()
        self.dim = dim
        self.floor = floor

    def forward(self, frames):
        mean = frames.mean(dim=self.dim)
        centered = frames - mean.unsqueeze(self.dim)
        var = (centered * centered).mean(dim=self.dim)
        std = var.sqrt()  #!
        std = (var + self.floor).sqrt()  #+
        return torch.cat([mean, std], dim=1)


class XVector(nn.Module):
    def __init__(self, feat_dim=24, channels=64, emb_dim=128, num_speakers=10):
        super().__init__()
        self.frames = nn.Sequential(
            TDNNBlock(feat_dim, channels, 5),
            TDNNBlock(channels, channels, 3, dilation=2),
            TDNNBlock(channels, channels, 1),
        )
        self.pool = StatsPooling()
        self.embedding = nn.Linear(2 * channels, emb_dim)
        self.classifier = nn.Linear(emb_dim, num_speakers)

    def extract(self, feats):
        return self.embedding(self.pool(self.frames(feats)))

    def forward(self, feats):
        return self.classifier(torch.relu(self.extract(feats)))


def fit(model, batches, lr=1e-3):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    ce = nn.CrossEntropyLoss()
    for feats, speaker in batches:
        loss = ce(model(feats), speaker)
        opt.zero_grad()
        loss.backward()
        opt.step()
        yield loss.item()
