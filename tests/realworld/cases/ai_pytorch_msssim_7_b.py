# origin: https://github.com/VainF/pytorch-msssim/issues/7
# kinds: domain
from dataclasses import dataclass, field

import numpy as np

XYZ_TO_SRGB = np.array(
    [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]],
    dtype=np.float32,
)


@dataclass
class RawMetadata:
    black_level: float = 512.0
    white_level: float = 16383.0
    wb_gains: tuple = (2.1, 1.0, 1.6)
    cam_to_xyz: np.ndarray = field(
        default_factory=lambda: np.array(
            [[0.61, 0.26, 0.08], [0.22, 0.84, -0.06], [0.01, -0.21, 1.29]], dtype=np.float32
        )
    )


def demosaic_half(bayer):
    """RGGB mosaic to a half resolution linear image."""
    r = bayer[0::2, 0::2]
    g = 0.5 * (bayer[0::2, 1::2] + bayer[1::2, 0::2])
    b = bayer[1::2, 1::2]
    return np.stack([r, g, b], axis=-1)


def apply_ccm(rgb, ccm):
    return np.einsum("hwc,dc->hwd", rgb, ccm).astype(np.float32)


def gamma_compression(rgb, gamma=2.2):
    return rgb ** (1.0 / gamma)  #!
    return np.maximum(rgb, 1e-8) ** (1.0 / gamma)  #+


def smoothstep(x):
    return 3.0 * x ** 2 - 2.0 * x ** 3


class ISP:
    """Minimal raw to display pipeline."""

    def __init__(self, meta=None):
        self.meta = meta or RawMetadata()

    def __call__(self, raw):
        m = self.meta
        linear = (raw.astype(np.float32) - m.black_level) / (m.white_level - m.black_level)
        rgb = demosaic_half(linear) * np.asarray(m.wb_gains, dtype=np.float32)
        rgb = np.minimum(rgb, 1.0)
        rgb = apply_ccm(rgb, XYZ_TO_SRGB @ m.cam_to_xyz)
        rgb = gamma_compression(rgb)
        return smoothstep(np.minimum(rgb, 1.0))


def to_uint8(image):
    return np.round(255.0 * image).clip(0, 255).astype(np.uint8)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    scene = rng.uniform(0.0, 0.6, size=(128, 128))
    shot = rng.poisson(scene * 4000) / 4000 * 15871 + 512 + rng.normal(0, 6, scene.shape)
    out = ISP()(np.clip(shot, 0, 16383).astype(np.uint16))
    print(out.shape, float(out.mean()), to_uint8(out).mean())
