# origin: https://github.com/invesalius/invesalius3/pull/1152
# kinds: domain
import os
import tempfile

import numpy as np


def create_mmap(shape, dtype):
    fd, path = tempfile.mkstemp()
    os.close(fd)
    return np.memmap(path, shape=shape, dtype=dtype, mode="w+")


def image_normalize(image, min_=0.0, max_=1.0, output_dtype=np.int16):
    output = np.empty(shape=image.shape, dtype=output_dtype)
    imin, imax = image.min(), image.max()
    if imin == imax:  #+
        output[:] = min_  #+
        return output  #+
    output[:] = (image - imin) * ((max_ - min_) / (imax - imin)) + min_  #*
    return output


class SegmentProcess:
    def __init__(self, image_array, patch_size=48, overlap=50):
        self.patch_size, self.overlap = patch_size, overlap
        self._image = create_mmap(image_array.shape, image_array.dtype)
        self._image[:] = image_array[:]

    def run(self, model):
        image = image_normalize(self._image, 0.0, 1.0, output_dtype=np.float32)
        probability = np.zeros_like(image)
        for z in range(0, image.shape[0], self.patch_size):
            probability[z : z + self.patch_size] = model(image[z : z + self.patch_size])
        return probability
