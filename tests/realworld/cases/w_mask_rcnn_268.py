# origin: https://github.com/matterport/Mask_RCNN/pull/268
# kinds: domain
import numpy as np

RPN_BBOX_STD_DEV = np.array([0.1, 0.1, 0.2, 0.2])


def extract_bboxes(mask):
    boxes = np.zeros([mask.shape[-1], 4], dtype=np.int32)
    for i in range(mask.shape[-1]):
        m = mask[:, :, i]
        cols = np.where(np.any(m, axis=0))[0]
        rows = np.where(np.any(m, axis=1))[0]
        if cols.shape[0]:
            x1, x2 = cols[[0, -1]]
            y1, y2 = rows[[0, -1]]
            boxes[i] = [y1, x1, y2 + 1, x2 + 1]
    return boxes


def load_image_gt(image, mask, crop):
    y, x, h, w = crop
    image = image[y : y + h, x : x + w]
    mask = mask[y : y + h, x : x + w]
    return image, extract_bboxes(mask), mask


def build_rpn_deltas(anchors, matches, gt_boxes):
    deltas = np.zeros([len(matches), 4])
    for ix, (a, m) in enumerate(zip(anchors, matches)):
        gt = gt_boxes[m]
        gt_h, gt_w = gt[2] - gt[0], gt[3] - gt[1]
        gt_y, gt_x = gt[0] + 0.5 * gt_h, gt[1] + 0.5 * gt_w
        a_h, a_w = a[2] - a[0], a[3] - a[1]
        a_y, a_x = a[0] + 0.5 * a_h, a[1] + 0.5 * a_w
        deltas[ix] = [
            (gt_y - a_y) / a_h,
            (gt_x - a_x) / a_w,
            np.log(gt_h / a_h),  #!
            np.log(gt_w / a_w),  #!
            np.log(max(gt_h, 1) / a_h),  #+
            np.log(max(gt_w, 1) / a_w),  #+
        ]
    return deltas / RPN_BBOX_STD_DEV
