# origin: https://github.com/pyannote/pyannote-audio/pull/2047
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class StatsPool(nn.Module):
    """Concatenates mean and (weighted) standard deviation over frames."""

    def forward(self, sequences, weights=None):
        if weights is None:
            mean = sequences.mean(dim=-1)
            std = sequences.std(dim=-1, correction=1)  #!
            if sequences.size(-1) > 1:  #+
                std = sequences.std(dim=-1, correction=1)  #+
            else:  #+
                std = torch.zeros_like(mean)  #+
            return torch.cat([mean, std], dim=-1)
        weights = weights.unsqueeze(1)
        if weights.size(-1) != sequences.size(-1):
            weights = F.interpolate(weights, size=sequences.size(-1), mode="nearest")
        v1 = weights.sum(dim=2) + 1e-8
        mean = torch.sum(sequences * weights, dim=2) / v1
        dx2 = torch.square(sequences - mean.unsqueeze(2))
        v2 = torch.square(weights).sum(dim=2)
        var = torch.sum(dx2 * weights, dim=2) / (v1 - v2 / v1 + 1e-8)
        std = torch.sqrt(var.clamp_min(1e-12))
        return torch.cat([mean, std], dim=-1)


class XVector(nn.Module):
    def __init__(self, n_mfcc=40, dimension=512):
        super().__init__()
        self.tdnn = nn.Sequential(
            nn.Conv1d(n_mfcc, 128, 5), nn.LeakyReLU(), nn.Conv1d(128, 256, 3), nn.LeakyReLU())
        self.pool = StatsPool()
        self.embedding = nn.Linear(512, dimension)

    def forward(self, mfcc, weights=None):
        return self.embedding(self.pool(self.tdnn(mfcc), weights))


@torch.no_grad()
def embed_segments(model, segments, min_frames=7):
    kept = [s for s in segments if s.size(-1) >= min_frames]
    return [F.normalize(model(s.unsqueeze(0)), dim=-1)[0] for s in kept]
