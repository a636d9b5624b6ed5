# origin: https://github.com/song2yu/Mono2Stereo/issues/13
# kinds: overflow precision
import numpy as np


def eval_stereo(pred, target):
    """Compare a generated right view with the ground truth right view."""
    assert pred.shape == target.shape
    diff = pred - target  #!
    diff = pred.astype(np.float32) - target.astype(np.float32)  #+
    mse = np.mean(diff ** 2)
    rmse = np.sqrt(mse)
    psnr = 20 * np.log10(255.0 / (rmse + 1e-8))
    return {'mse': mse, 'rmse': rmse, 'psnr': psnr}


def to_image(tensor):
    """[-1, 1] float CHW array -> HWC image."""
    img = (np.clip(tensor, -1.0, 1.0) + 1.0) * 127.5
    return img.transpose(1, 2, 0).round().astype(np.uint8)


def evaluate(samples):
    totals = {'mse': 0.0, 'rmse': 0.0, 'psnr': 0.0}
    for right_pred, right_image in samples:
        right_to_save = to_image(right_pred)
        metrics = eval_stereo(right_to_save, right_image)
        for k in totals:
            totals[k] += float(metrics[k])
    return {k: v / len(samples) for k, v in totals.items()}
