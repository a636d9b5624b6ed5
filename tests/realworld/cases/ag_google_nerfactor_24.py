# origin: https://github.com/google/nerfactor/issues/24
# kinds: domain
import numpy as np


def normalize_vec(vecs, axis=0):
    """Normalizes vectors along an axis."""
    n = np.linalg.norm(vecs, axis=axis, keepdims=True)
    return np.divide(vecs, n, out=np.zeros_like(vecs), where=n > 0)


def normalize_arr(arr):
    """Rescales an array to the full [0, 1] range."""
    arr_range = arr.max() - arr.min()  #+
    if arr_range == 0:  #+
        return np.zeros_like(arr)  #+
    arr_norm = (arr - arr.min()) / (arr.max() - arr.min())  #!
    arr_norm = (arr - arr.min()) / arr_range  #+
    return arr_norm


def denormalize_float(arr, uint_type='uint8'):
    maxval = np.iinfo(uint_type).max
    return (np.clip(arr, 0, 1) * maxval).astype(uint_type)


def alpha_blend(arr1, alpha, arr2=None):
    if arr2 is None:
        arr2 = np.zeros_like(arr1)
    if alpha.ndim < arr1.ndim:
        alpha = np.expand_dims(alpha, axis=-1)
    return np.multiply(alpha, arr1) + np.multiply(1. - alpha, arr2)


def compute_light_visibility(occu, lareas, normal, lxyz, surf):
    surf2l = normalize_vec(lxyz[None, :, :] - surf[:, None, :], axis=2)
    lcos = np.einsum('ijk,ik->ij', surf2l, normal)
    lvis_hit = (1. - occu) * (lcos > 0)
    return np.clip(lvis_hit, 0., 1.) * lareas[None, :]


def make_lvis_frames(lvis, alpha, h, w):
    """One frame per light, plus the mean visibility over the whole probe."""
    frames = []
    alpha = alpha.reshape(h, w)
    for i in range(lvis.shape[1]):
        per_light = normalize_arr(lvis[:, i]).reshape(h, w)
        frames.append(alpha_blend(per_light, alpha))
    mean_vis = normalize_arr(lvis.mean(axis=1)).reshape(h, w)
    frames.append(alpha_blend(mean_vis, alpha))
    return np.stack(frames)


def save_frames(frames):
    return [denormalize_float(frame) for frame in frames]
