# origin: https://github.com/rerun-io/examples-monorepo/pull/74
# kinds: domain
from dataclasses import dataclass

import cv2
import numpy as np


@dataclass
class MultiviewPred:
    rgb: np.ndarray
    depth: np.ndarray
    confidence: np.ndarray


def to_uint8(img):
    low, high = img.min(), img.max()
    if high - low < 1e-8:  #+
        return np.full(img.shape, np.clip(low * 255, 0, 255), dtype=np.uint8)  #+
    normalized = (img - low) / (high - low)  #*
    return (normalized * 255).clip(0, 255).astype(np.uint8)


def generate_multiview_pred(outputs, original_imgs, fast_rgb=False):
    predictions = []
    for processed_img, depth_map, conf, original_img in zip(
        outputs["images"], outputs["depth"], outputs["depth_conf"], original_imgs
    ):
        size = original_img.shape[1], original_img.shape[0]
        rgb = to_uint8(processed_img) if fast_rgb else original_img
        depth = cv2.resize(depth_map.squeeze(), size, interpolation=cv2.INTER_NEAREST)
        predictions.append(MultiviewPred(rgb=rgb, depth=depth, confidence=cv2.resize(conf, size)))
    return predictions
