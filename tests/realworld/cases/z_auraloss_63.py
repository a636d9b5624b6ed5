# origin: https://github.com/csteinmetz1/auraloss/issues/63
# kinds: domain
import torch
import torch.nn.functional as F


class LogMagnitudeLoss(torch.nn.Module):
    def __init__(self, distance="L1"):
        super().__init__()
        self.distance = F.l1_loss if distance == "L1" else F.mse_loss

    def forward(self, x_mag, y_mag):
        return self.distance(torch.log(x_mag), torch.log(y_mag))  #!
        return self.distance(torch.log(x_mag + 1e-7), torch.log(y_mag + 1e-7))  #+


class STFTLoss(torch.nn.Module):
    def __init__(self, fft_size=1024, hop_size=256, win_length=1024):
        super().__init__()
        self.fft_size = fft_size
        self.hop_size = hop_size
        self.register_buffer("window", torch.hann_window(win_length))
        self.log_mag = LogMagnitudeLoss()

    def power(self, x):
        spec = torch.stft(
            x, self.fft_size, self.hop_size, self.window.numel(), self.window, return_complex=True
        )
        return spec.real.pow(2) + spec.imag.pow(2)

    def forward(self, pred, target):
        pred = pred.reshape(-1, pred.size(-1))
        target = target.reshape(-1, target.size(-1))
        x_mag, y_mag = self.power(pred), self.power(target)
        convergence = (y_mag - x_mag).abs().sum() / y_mag.sum().clamp_min(1e-8)
        return convergence + self.log_mag(x_mag, y_mag)


class MultiResolutionSTFTLoss(torch.nn.Module):
    def __init__(self, sizes=((1024, 120, 600), (2048, 240, 1200), (512, 50, 240))):
        super().__init__()
        self.losses = torch.nn.ModuleList(STFTLoss(*s) for s in sizes)

    def forward(self, pred, target):
        return sum(loss(pred, target) for loss in self.losses) / len(self.losses)
