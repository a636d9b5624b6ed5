# origin: https://github.com/speechbrain/speechbrain/issues/181
# kinds: domain
import torch


class STFT(torch.nn.Module):
    def __init__(self, sample_rate, win_length=25, hop_length=10, n_fft=400):
        super().__init__()
        self.n_fft = n_fft
        self.win_length = int(round(sample_rate / 1000.0 * win_length))
        self.hop_length = int(round(sample_rate / 1000.0 * hop_length))
        self.register_buffer("window", torch.hamming_window(self.win_length))

    def forward(self, x):
        stft = torch.stft(
            x, self.n_fft, self.hop_length, self.win_length, self.window,
            center=True, pad_mode="constant", return_complex=True,
        )
        # (batch, time, freq, 2)
        return torch.view_as_real(stft).transpose(2, 1)


def spectral_magnitude(stft, power=1, log=False, eps=1e-14):
    """Returns the magnitude of a complex spectrogram.

    Arguments
    ---------
    stft : torch.Tensor
        A tensor, output from the stft function.
    power : int
        What power to use in computing the magnitude.
        Use power=1 for the power spectrogram, power=0.5 for the magnitude.
    log : bool
        Whether to apply log to the spectral features.
    """
    spectr = stft.pow(2).sum(-1)
    if power < 1:  #+
        spectr = spectr + eps  #+
    spectr = spectr.pow(power)  #*
    if log:
        return torch.log(spectr + eps)
    return spectr


class EnhancementBrain:
    def __init__(self, model, optimizer, sample_rate=16000):
        self.model = model
        self.optimizer = optimizer
        self.stft = STFT(sample_rate)

    def compute_forward(self, noisy_wavs):
        return self.model(noisy_wavs)

    def compute_objectives(self, pred_wavs, clean_wavs):
        pred = spectral_magnitude(self.stft(pred_wavs), power=0.5)
        target = spectral_magnitude(self.stft(clean_wavs), power=0.5)
        return torch.nn.functional.l1_loss(pred, target)

    def fit_batch(self, batch):
        noisy, clean, lengths = batch
        steps = torch.arange(noisy.shape[1], device=noisy.device)
        valid = steps[None] < lengths[:, None]
        pred = self.compute_forward(noisy) * valid
        loss = self.compute_objectives(pred, clean)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss.detach()
