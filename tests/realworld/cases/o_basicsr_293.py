# origin: https://github.com/XPixelGroup/BasicSR/issues/293
# kinds: overflow
import os

import cv2
import numpy as np


def reorder_image(img, input_order="HWC"):
    if input_order not in ("HWC", "CHW"):
        raise ValueError(f"Wrong input_order {input_order}.")
    if img.ndim == 2:
        img = img[..., None]
    if input_order == "CHW":
        img = img.transpose(1, 2, 0)
    return img


def calculate_psnr(img1, img2, crop_border, input_order="HWC"):
    """Peak signal to noise ratio of two images with range [0, 255]."""
    assert img1.shape == img2.shape, f"Image shapes differ: {img1.shape}, {img2.shape}."
    img1 = reorder_image(img1, input_order=input_order)
    img2 = reorder_image(img2, input_order=input_order)
    if crop_border != 0:
        img1 = img1[crop_border:-crop_border, crop_border:-crop_border, ...]
        img2 = img2[crop_border:-crop_border, crop_border:-crop_border, ...]

    mse = np.mean((img1 - img2) ** 2)  #!
    mse = np.mean((img1.astype(np.float64) - img2.astype(np.float64)) ** 2)  #+
    if mse == 0:
        return float("inf")
    return 20.0 * np.log10(255.0 / np.sqrt(mse))


def evaluate_folder(folder_gt, folder_restored, crop_border=4):
    psnr_all = []
    for name in sorted(os.listdir(folder_gt)):
        img_gt = cv2.imread(os.path.join(folder_gt, name), cv2.IMREAD_COLOR)
        img_restored = cv2.imread(os.path.join(folder_restored, name), cv2.IMREAD_COLOR)
        psnr = calculate_psnr(img_gt, img_restored, crop_border=crop_border)
        print(f"{name}: PSNR {psnr:.4f} dB")
        psnr_all.append(psnr)
    if psnr_all:
        print(f"average PSNR {sum(psnr_all) / len(psnr_all):.4f} dB")
    return psnr_all
