# origin: https://github.com/pytorch/pytorch/issues/98276
# kinds: domain underflow
import torch
import torch.nn as nn


class PhaseLoss(nn.Module):
    def __init__(self, n_fft=512, hop_length=128):
        super().__init__()
        self.n_fft = n_fft
        self.hop_length = hop_length
        self.register_buffer("window", torch.hann_window(n_fft))

    def stft(self, wav):
        return torch.stft(
            wav, self.n_fft, self.hop_length, window=self.window, return_complex=True
        )

    def instantaneous_phase(self, wav):
        spec = self.stft(wav)
        return torch.angle(spec)  #!
        silent = spec.abs() < 1e-5  #+
        return torch.angle(torch.where(silent, torch.ones_like(spec), spec))  #+

    def forward(self, estimate, reference):
        est = self.instantaneous_phase(estimate)
        with torch.no_grad():
            ref = self.instantaneous_phase(reference)
        return (1 - torch.cos(est - ref)).mean()


def train(enhancer, loader, lr=1e-4):
    criterion = PhaseLoss()
    optimizer = torch.optim.Adam(enhancer.parameters(), lr=lr)
    for noisy, clean in loader:
        optimizer.zero_grad()
        enhanced = enhancer(noisy)
        loss = (enhanced - clean).abs().mean() + 0.1 * criterion(enhanced, clean)
        loss.backward()
        optimizer.step()
