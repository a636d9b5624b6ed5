# origin: https://github.com/speechbrain/speechbrain/issues/181
# kinds: domain explosion
import torch


def spectral_magnitude(stft, power: int = 1, log: bool = False):  #-
    """Returns the magnitude of a complex spectrogram."""  #-
    spectr = stft.pow(2).sum(-1)  #-
def spectral_magnitude(stft, power: float = 1, log: bool = False, eps: float = 1e-14):  #+
    """Returns the magnitude of a complex spectrogram."""  #+
    spectr = stft.pow(2).sum(-1)  #+
    if power < 1:  #+
        spectr = spectr + eps  #+
    spectr = torch.pow(spectr, power)  #!
    spectr = torch.pow(spectr, power)  #+
    if log:
        return torch.log(spectr + 1e-14)
    return spectr


class STFT(torch.nn.Module):
    def __init__(self, sample_rate, win_length=25, hop_length=10, n_fft=400):
        super().__init__()
        self.n_fft = n_fft
        self.win_length = int(round((sample_rate / 1000.0) * win_length))
        self.hop_length = int(round((sample_rate / 1000.0) * hop_length))
        self.register_buffer("window", torch.hamming_window(self.win_length))

    def forward(self, x):
        spec = torch.stft(
            x, self.n_fft, self.hop_length, self.win_length, self.window, center=True, pad_mode="constant", return_complex=True
        )
        return torch.view_as_real(spec).transpose(2, 1)


class EnhanceBrain:
    def __init__(self, modules, hparams):
        self.modules = modules
        self.hparams = hparams
        self.optimizer = torch.optim.Adam(modules.parameters(), lr=hparams["lr"])

    def compute_feats(self, wavs):
        feats = self.hparams["compute_STFT"](wavs)
        feats = spectral_magnitude(feats, power=0.5)
        return torch.log1p(feats)

    def compute_forward(self, wavs):
        noisy_feats = self.compute_feats(wavs)
        mask = torch.sigmoid(self.modules["masker"](noisy_feats))
        return torch.mul(mask, noisy_feats)

    def compute_objectives(self, predictions, clean_wavs):
        targets = self.compute_feats(clean_wavs)
        return torch.nn.functional.mse_loss(predictions, targets)

    def fit_batch(self, noisy, clean):
        wavs = noisy + self.modules["frontend"](noisy.unsqueeze(1)).squeeze(1)
        loss = self.compute_objectives(self.compute_forward(wavs), clean)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss.detach()
