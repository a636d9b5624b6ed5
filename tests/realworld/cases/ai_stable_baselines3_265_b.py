# origin: https://github.com/DLR-RM/stable-baselines3/issues/265
# kinds: domain
import torch
import torch.nn as nn

CONSTANT = 1e-5


def normalize_batch(x, seq_len, normalize_type="per_feature"):
    """Zero-mean, unit-variance log-mel features of a padded batch (B, D, T)."""
    if normalize_type == "per_feature":
        x_mean = torch.zeros((seq_len.shape[0], x.shape[1]), dtype=x.dtype, device=x.device)
        x_std = torch.zeros((seq_len.shape[0], x.shape[1]), dtype=x.dtype, device=x.device)
        for i in range(x.shape[0]):
            n = int(seq_len[i])
            x_mean[i, :] = x[i, :, :n].mean(dim=1)
            x_std[i, :] = x[i, :, :n].std(dim=1)  #!
            x_std[i, :] = x[i, :, :n].std(dim=1, unbiased=n > 1)  #+
        x_std += CONSTANT
        return (x - x_mean.unsqueeze(2)) / x_std.unsqueeze(2)
    return x


class FilterbankFeatures(nn.Module):
    def __init__(self, sample_rate=16000, n_fft=512, hop_length=160, nfilt=64, fb=None):
        super().__init__()
        self.n_fft = n_fft
        self.hop_length = hop_length
        self.sample_rate = sample_rate
        window = torch.hann_window(400, periodic=False)
        self.register_buffer("window", window)
        if fb is None:
            fb = torch.rand(nfilt, n_fft // 2 + 1) / n_fft
        self.register_buffer("fb", fb)
        self.log_zero_guard_value = 2 ** -24

    def get_seq_len(self, lengths):
        return torch.div(lengths, self.hop_length, rounding_mode="floor").clamp(min=1).long()

    @torch.no_grad()
    def forward(self, x, lengths):
        seq_len = self.get_seq_len(lengths)
        spec = torch.stft(
            x, self.n_fft, self.hop_length, 400, window=self.window, center=True, return_complex=True
        )
        power = spec.abs().pow(2.0)
        feats = torch.log(torch.matmul(self.fb, power) + self.log_zero_guard_value)
        feats = normalize_batch(feats, seq_len)
        mask = torch.arange(feats.size(-1), device=x.device)[None, :] >= seq_len[:, None]
        return feats.masked_fill(mask.unsqueeze(1), 0.0), seq_len
