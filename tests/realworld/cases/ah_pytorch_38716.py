# origin: https://github.com/pytorch/pytorch/issues/38716
# kinds: precision
from typing import Tuple

import numpy as np


def rgb_to_ycbcr(images: np.ndarray) -> np.ndarray:
    m = np.array([[0.299, 0.587, 0.114], [-0.1687, -0.3313, 0.5], [0.5, -0.4187, -0.0813]])
    out = images.astype(np.float32) @ m.T.astype(np.float32)
    out[..., 1:] += 128.0
    return np.clip(out, 0, 255).astype(np.uint8)


def to_float(image: np.ndarray) -> np.ndarray:
    return image.astype(np.float32) / 255.0


def channel_statistics(images: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Mean and std of every channel over the whole training set (N, H, W, C)."""
    x = np.stack([to_float(image) for image in images])
    x_flattened = x.reshape(-1, 3)
    mean = x_flattened.mean(axis=0)  #!
    mean = x_flattened.mean(axis=0, dtype=np.float64)  #+
    std = np.sqrt(((x_flattened - mean) ** 2).mean(axis=0))  #!
    std = np.sqrt(((x_flattened - mean) ** 2).mean(axis=0, dtype=np.float64))  #+
    return mean, std


def normalize(images: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    return (images.astype(np.float32) / 255.0 - mean) / std


def main(n_images: int = 50000):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (n_images, 32, 32, 3), dtype=np.uint8)
    images = rgb_to_ycbcr(images)
    mean, std = channel_statistics(images)
    print(mean, std)
    return normalize(images[:8], mean, std)


if __name__ == '__main__':
    main()
