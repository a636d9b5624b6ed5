import torch
from torch import nn

from trainer import Trainer

torch.manual_seed(30)


def clips(n, words=5, bands=16, frames=24):
    """coarse spectrograms of short words"""
    y = torch.randint(0, words, (n,))
    f = torch.arange(bands)[:, None] / bands
    t = torch.arange(frames)[None, :] / frames
    pitch = torch.linspace(2, 9, words)[y][:, None, None]
    x = torch.sin(pitch * (f + 0.5 * t)) + 0.4 * torch.randn(n, bands, frames)
    return x.unsqueeze(1), y


class KeywordNet(nn.Module):
    def __init__(self, words=5):
        super().__init__()
        widths = [1, 12, 24, 24]
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in zip(widths, widths[1:]))
        self.fc1, self.fc2 = nn.Linear(24 * 2 * 3, 64), nn.Linear(64, words)

    def forward(self, x):
        for conv in self.convs:
            x = nn.functional.max_pool2d(nn.functional.leaky_relu(conv(x), 0.1), 2)
        return self.fc2(nn.functional.leaky_relu(self.fc1(x.flatten(1)), 0.1))


x, y = clips(800)
batches = list(zip(x.split(40), y.split(40)))
Trainer(KeywordNet(), batches, epochs=5, lr=0.02, peak=4.0).run()
