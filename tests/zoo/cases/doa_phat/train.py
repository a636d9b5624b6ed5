"""Direction of arrival from two microphones: learned filters, phase transform, delay histogram, classifier."""
import math

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

CLIP = 512


class Recordings(Dataset):
    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        self.delay = torch.randint(0, 7, (n,), generator=g)
        voice = torch.randn(n, CLIP + 8, generator=g)
        noise = 0.1 * torch.randn(n, 2, CLIP, generator=g)
        level = 10 ** (torch.rand(n, generator=g) * 2 - 1)
        clips = []
        for i, d in enumerate(self.delay.tolist()):
            clips.append(torch.stack([voice[i, 3:3 + CLIP], voice[i, d:d + CLIP]]) * level[i] + noise[i])
        self.clips = torch.stack(clips)
        self.clips[139, 1, :] = 0.0

    def __len__(self):
        return len(self.clips)

    def __getitem__(self, i):
        return self.clips[i], self.delay[i]


class PhaseTransform(nn.Module):
    def __init__(self, filters=4, taps=9):
        super().__init__()
        self.filters = nn.Conv1d(1, filters, taps, padding=taps // 2, bias=False)

    def spectrum(self, x):
        return torch.fft.rfft(self.filters(x.unsqueeze(1)))

    def forward(self, left, right):
        cross = self.spectrum(left) * self.spectrum(right).conj()
        cross = cross / cross.abs()
        corr = torch.fft.irfft(cross)
        return torch.roll(corr, 8, -1)[..., :17].flatten(1)


class Localiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.phat = PhaseTransform()
        self.net = nn.Sequential(nn.Linear(4 * 17, 32), nn.ReLU(), nn.Linear(32, 7))

    def forward(self, clips):
        return self.net(self.phat(clips[:, 0], clips[:, 1]))


def main():
    torch.manual_seed(58)
    data = Recordings(384, 58)
    loader = DataLoader(data, batch_size=24, shuffle=True, drop_last=True)
    model = Localiser()
    opt = torch.optim.Adam(model.parameters(), lr=4e-3)
    warm = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min(1.0, (s + 1) / 10))
    for epoch in range(4):
        for clips, delay in loader:
            loss = nn.functional.cross_entropy(model(clips), delay)
            opt.zero_grad()
            loss.backward()
            opt.step()
            warm.step()
        print(f"epoch {epoch} cross entropy {loss.item():.4f} (chance {math.log(7):.4f})")


main()
