# origin: https://github.com/pytorch/pytorch/issues/4320
# kinds: domain
import torch
import torch.nn as nn


class TDNNLayer(nn.Module):
    def __init__(self, in_dim, out_dim, context, dilation=1):
        super().__init__()
        self.conv = nn.Conv1d(in_dim, out_dim, context, dilation=dilation)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.conv(x))


class StatsPool(nn.Module):
    """Concatenates per-channel mean and standard deviation over frames."""

    def __init__(self, unbiased=True):
        super().__init__()
        self.unbiased = unbiased

    def std(self, x, mean):
        n = x.size(-1)
        dev = x - mean.unsqueeze(-1)
        ddof = 1 if self.unbiased and n > 1 else 0
        var = dev.pow(2).sum(dim=-1) / (n - ddof)
        return torch.sqrt(var)  #!
        return torch.sqrt(var + 1e-8)  #+

    def forward(self, x):
        mean = x.mean(dim=-1)
        return torch.cat([mean, self.std(x, mean)], dim=1)


class XVector(nn.Module):
    def __init__(self, n_mels=24, n_speakers=100, width=64, emb_dim=32):
        super().__init__()
        self.frames = nn.Sequential(
            TDNNLayer(n_mels, width, 5),
            TDNNLayer(width, width, 3, dilation=2),
            TDNNLayer(width, width, 1),
        )
        self.pool = StatsPool()
        self.embedding = nn.Linear(2 * width, emb_dim)
        self.classifier = nn.Linear(emb_dim, n_speakers)

    def forward(self, feats):
        # feats: (batch, frames, n_mels)
        h = self.frames(feats.transpose(1, 2))
        emb = self.embedding(self.pool(h))
        return self.classifier(torch.relu(emb)), emb


def training_step(model, batch, optimizer, criterion=nn.CrossEntropyLoss()):
    feats, speakers = batch
    logits, _ = model(feats)
    loss = criterion(logits, speakers)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    return loss.detach()
