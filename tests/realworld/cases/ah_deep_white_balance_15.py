# origin: https://github.com/mahmoudnafifi/Deep_White_Balance/issues/15
# kinds: overflow
import numpy as np


def kernelP(I):
    """Kernel function: kernel(r, g, b) -> (r,g,b,rg,rb,gb,r^2,g^2,b^2,rgb,1)."""
    I = I.astype(np.float64)  #+
    return np.transpose(
        (I[:, 0], I[:, 1], I[:, 2],
         I[:, 0] * I[:, 1], I[:, 0] * I[:, 2], I[:, 1] * I[:, 2],  #*
         I[:, 0] * I[:, 0], I[:, 1] * I[:, 1], I[:, 2] * I[:, 2],  #*
         I[:, 0] * I[:, 1] * I[:, 2],  #*
         np.repeat(1, np.shape(I)[0])))


def get_mapping_func(image1, image2):
    """Computes the polynomial mapping from image1 to image2."""
    image1 = np.reshape(image1, [-1, 3])
    image2 = np.reshape(image2, [-1, 3])
    w, _, _, _ = np.linalg.lstsq(kernelP(image1), image2, rcond=None)
    return w


def apply_mapping_func(image, m):
    sz = image.shape
    image = np.reshape(image, [-1, 3])
    result = kernelP(image) @ m
    return np.reshape(result, [sz[0], sz[1], sz[2]])


def color_correct(resized_in, resized_out, full):
    m = get_mapping_func(resized_in, resized_out)
    return np.clip(apply_mapping_func(full, m), 0, 255)


def from_float(img):
    return (np.clip(img, 0.0, 1.0) * 255).astype(np.uint8)


if __name__ == '__main__':
    rng = np.random.default_rng(0)
    src = from_float(rng.random((32, 32, 3)))
    dst = 0.8 * src.astype(np.float64) + 10
    out = color_correct(src, dst, src)
    print(np.abs(out - dst).mean())
