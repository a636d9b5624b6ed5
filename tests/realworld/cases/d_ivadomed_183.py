# origin: https://github.com/ivadomed/ivadomed/issues/183
# kinds: domain
import numpy as np


def dice_score(im1, im2, empty_score=np.nan):
    im1 = np.asarray(im1).astype(bool)
    im2 = np.asarray(im2).astype(bool)
    im_sum = im1.sum() + im2.sum()
    if im_sum == 0:  #+
        return 1.0  #+
    intersection = np.logical_and(im1, im2)
    return (2.0 * intersection.sum()) / im_sum  #*
