# origin: https://github.com/speechbrain/speechbrain/issues/181
# kinds: domain
import torch


def spectral_magnitude(stft, power=1, log=False):
    """Magnitude of a complex spectrogram whose last axis holds real and imaginary part."""
    spectr = stft.pow(2).sum(-1)
    if power < 1:  #+
        spectr = spectr + 1e-14  #+
    spectr = spectr.pow(0.5)  #*
    if log:
        return torch.log(spectr + 1e-14)
    return spectr


class MaskLoss(torch.nn.Module):
    def forward(self, predicted, target):
        return (spectral_magnitude(predicted, power=0.5) - spectral_magnitude(target, power=0.5)).abs().mean()
