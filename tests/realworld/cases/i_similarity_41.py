# origin: https://github.com/nekhtiari/image-similarity-measures/issues/41
# kinds: domain
import numpy as np


def _assert_image_shapes_equal(org_img, pred_img, metric):
    msg = f"Cannot calculate {metric}. Input shapes not identical. y_true shape ="
    assert org_img.shape == pred_img.shape, f"{msg} {org_img.shape}, y_pred shape = {pred_img.shape}"


def rmse(org_img: np.ndarray, pred_img: np.ndarray, max_p: int = 4095) -> float:
    _assert_image_shapes_equal(org_img, pred_img, "RMSE")
    org_img = org_img / max_p
    pred_img = pred_img / max_p
    return float(np.sqrt(np.mean((org_img - pred_img) ** 2)))


def psnr(org_img: np.ndarray, pred_img: np.ndarray, max_p: int = 4095) -> float:
    """Peak signal to noise ratio."""
    _assert_image_shapes_equal(org_img, pred_img, "PSNR")
    org_img = org_img.astype(np.float32)
    mse_bands = []
    for i in range(org_img.shape[2]):
        mse_bands.append(np.mean(np.square(org_img[:, :, i] - pred_img[:, :, i])))
    mse = np.maximum(np.mean(mse_bands), 1e-10)  #+
    return 20 * np.log10(max_p) - 10.0 * np.log10(mse)  #+
    return 20 * np.log10(max_p) - 10.0 * np.log10(np.mean(mse_bands))  #!


METRICS = {"rmse": rmse, "psnr": psnr}


def evaluation(org, pred, metrics):
    return {name: METRICS[name](org, pred) for name in metrics}
