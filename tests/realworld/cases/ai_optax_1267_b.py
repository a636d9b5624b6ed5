# origin: https://github.com/google-deepmind/optax/issues/1267
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F

N_FFT = 512
HOP = 128


class MaskNet(nn.Module):
    def __init__(self, n_freq=N_FFT // 2 + 1, hidden=256):
        super().__init__()
        self.rnn = nn.GRU(n_freq, hidden, num_layers=2, batch_first=True)
        self.fc = nn.Linear(hidden, n_freq)

    def forward(self, mag):
        h, _ = self.rnn(torch.log1p(mag).transpose(1, 2))
        return F.relu(self.fc(h)).transpose(1, 2)


class CompressedSpectralLoss(nn.Module):
    """Power-law compressed magnitude loss for speech enhancement."""

    def __init__(self, power=0.3, weight=1.0):
        super().__init__()
        self.power = power
        self.weight = weight

    def compress(self, mag):
        return mag ** self.power  #!
        return torch.clamp(mag, min=1e-6) ** self.power  #+

    def forward(self, est_mag, ref_mag):
        est = self.compress(est_mag)
        ref = self.compress(ref_mag)
        return self.weight * F.mse_loss(est, ref)


def stft_mag(wav):
    window = torch.hann_window(N_FFT, device=wav.device)
    spec = torch.stft(wav, N_FFT, HOP, window=window, return_complex=True)
    return spec.abs()


def train_step(model, criterion, optimizer, noisy, clean):
    with torch.no_grad():
        noisy_mag = stft_mag(noisy)
        clean_mag = stft_mag(clean)
    mask = model(noisy_mag)
    loss = criterion(mask * noisy_mag, clean_mag)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    return loss.item()
