# origin: https://github.com/mpariente/pytorch_stoi/issues/7
# kinds: domain
import torch
from torch import nn


class TDNNBlock(nn.Module):
    def __init__(self, in_ch, out_ch, kernel, dilation=1):
        super().__init__()
        self.conv = nn.Conv1d(in_ch, out_ch, kernel, dilation=dilation, padding="same")
        self.norm = nn.BatchNorm1d(out_ch)

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)))


class WeightedStatsPool(nn.Module):
    """Concatenates the weighted mean and spread of every channel over time."""

    def __init__(self, channels, hidden=64):
        super().__init__()
        self.score = nn.Sequential(
            nn.Conv1d(channels, hidden, 1), nn.Tanh(), nn.Conv1d(hidden, 1, 1)
        )

    def forward(self, feats):
        w = torch.softmax(self.score(feats), dim=-1)
        mean = (w * feats).sum(-1)
        centred = feats - mean.unsqueeze(-1)
        var = (w * centred.square()).sum(-1)
        spread = torch.sqrt(var)  #!
        spread = torch.sqrt(var.clamp_min(1e-8))  #+
        return torch.cat([mean, spread], dim=1)


class SpeakerEncoder(nn.Module):
    def __init__(self, n_mels=40, channels=128, emb=96, n_speakers=500):
        super().__init__()
        self.body = nn.Sequential(
            TDNNBlock(n_mels, channels, 5),
            TDNNBlock(channels, channels, 3, dilation=2),
            TDNNBlock(channels, channels, 1),
        )
        self.pool = WeightedStatsPool(channels)
        self.proj = nn.Linear(2 * channels, emb)
        self.head = nn.Linear(emb, n_speakers)

    def forward(self, mels):
        h = self.pool(self.body(mels))
        return self.head(torch.relu(self.proj(h)))


def train_step(model, optim, mels, speaker):
    optim.zero_grad(set_to_none=True)
    loss = nn.functional.cross_entropy(model(mels), speaker)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optim.step()
    return loss.item()
