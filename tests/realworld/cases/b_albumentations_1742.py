# origin: https://github.com/albumentations-team/albumentations/issues/1742
# kinds: domain
import numpy as np


def normalize_per_image(img, normalization):
    img = img.astype(np.float32)
    if normalization == "image":
        mean, std = img.mean(), img.std() + 1e-4
        return ((img - mean) / std).clip(-20, 20)
    img_min = img.min()
    img_max = img.max()
    return (img - img_min) / (img_max - img_min)  #!
    return (img - img_min) / (img_max - img_min + 1e-4)  #+
