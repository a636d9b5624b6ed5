# origin: https://github.com/YangZhang4065/AdaptationSeg/issues/6
# kinds: domain
import numpy as np


class SuperpixelTargets(object):
    """Turns superpixel annotations into weighted targets for the network."""

    def __init__(self, class_number, batch_size, image_size):
        self.class_number = class_number
        self.batch_size = batch_size
        self.image_size = image_size

    def _count(self, segmentation, max_sp):
        counts = np.zeros(max_sp)
        labels, number = np.unique(segmentation, return_counts=True)
        counts[labels] = number
        return counts

    def build(self, superpixels, annotations):
        height, width = self.image_size
        weights = []
        for segmentation, labels in zip(superpixels, annotations):
            pixels_per_sp = self._count(segmentation, max_sp=len(labels))
            avg_pixel_number = height * width / float(len(labels))
            sp_weight = avg_pixel_number / pixels_per_sp  #!
            sp_weight = avg_pixel_number / np.maximum(pixels_per_sp, 1)  #+
            weights.append(sp_weight[segmentation] * (labels[segmentation] < self.class_number))
        return np.stack(weights)


def batches(loader, builder):
    while True:
        images, superpixels, annotations = next(loader)
        yield images, [annotations, builder.build(superpixels, annotations)]
