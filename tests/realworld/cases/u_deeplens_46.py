# origin: https://github.com/vccimaging/DeepLens/pull/46
# kinds: domain
import math

import torch
from torch.fft import fft2, fftfreq, ifft2


def angular_spectrum(field, z, wvln, ps, n=1.0):
    """Propagate a complex field over a distance z > 0.

    Args:
        field: complex tensor [H, W]
        z: propagation distance in mm
        wvln: wavelength in um
        ps: pixel size in mm
    """
    assert z > 0
    height, width = field.shape[-2:]
    wvln_mm = wvln / n * 1e-3
    k = 2 * math.pi / wvln_mm

    fy, fx = torch.meshgrid(
        fftfreq(height, ps, dtype=torch.float64, device=field.device),
        fftfreq(width, ps, dtype=torch.float64, device=field.device),
        indexing="ij",
    )
    square_root = torch.sqrt(1 - wvln_mm ** 2 * (fx ** 2 + fy ** 2))  #!
    radicand = 1 - wvln_mm ** 2 * (fx ** 2 + fy ** 2)  #+
    square_root = torch.sqrt(radicand.to(torch.complex128))  #+
    transfer = torch.exp(1j * k * z * square_root)
    return ifft2(fft2(field) * transfer)


class DiffractiveSurface(torch.nn.Module):
    def __init__(self, resolution, ps, wvln=0.55):
        super().__init__()
        self.phase = torch.nn.Parameter(torch.zeros(resolution, resolution, dtype=torch.float64))
        self.ps = ps
        self.wvln = wvln

    def psf(self, distance):
        aperture = torch.exp(1j * self.phase)
        sensor = angular_spectrum(aperture, distance, self.wvln, self.ps)
        intensity = sensor.abs() ** 2
        return intensity / intensity.sum()
