# origin: https://github.com/Thinklab-SJTU/R3Det_Tensorflow/issues/17
# kinds: domain
import numpy as np


def rbbox_transform(ex_rois, gt_rois, scale_factors=None):
    """Encode rotated boxes (x_c, y_c, w, h, theta) against the refined rois."""
    ex_rois = np.concatenate([ex_rois[:, :2], np.maximum(ex_rois[:, 2:4], 1.0), ex_rois[:, 4:]], axis=1)  #+
    gt_rois = np.concatenate([gt_rois[:, :2], np.maximum(gt_rois[:, 2:4], 1.0), gt_rois[:, 4:]], axis=1)  #+
    targets_dx = (gt_rois[:, 0] - ex_rois[:, 0]) / ex_rois[:, 2]  #*
    targets_dy = (gt_rois[:, 1] - ex_rois[:, 1]) / ex_rois[:, 3]  #*

    targets_dw = np.log(gt_rois[:, 2] / ex_rois[:, 2])  #*
    targets_dh = np.log(gt_rois[:, 3] / ex_rois[:, 3])  #*

    targets_dtheta = (gt_rois[:, 4] - ex_rois[:, 4]) * np.pi / 180

    if scale_factors:
        targets_dx *= scale_factors[0]
        targets_dy *= scale_factors[1]
        targets_dw *= scale_factors[2]
        targets_dh *= scale_factors[3]
        targets_dtheta *= scale_factors[4]

    return np.vstack((targets_dx, targets_dy, targets_dw, targets_dh, targets_dtheta)).transpose()


def refinebox_target_layer(gt_boxes, anchors, overlaps, pos_threshold=0.6, neg_threshold=0.5):
    argmax_overlaps_inds = np.argmax(overlaps, axis=1)
    max_overlaps = overlaps[np.arange(overlaps.shape[0]), argmax_overlaps_inds]
    target_boxes = gt_boxes[argmax_overlaps_inds]

    positive_indices = max_overlaps >= pos_threshold
    ignore_indices = (max_overlaps > neg_threshold) & ~positive_indices
    anchor_states = np.zeros(anchors.shape[0])
    anchor_states[ignore_indices] = -1
    anchor_states[positive_indices] = 1

    target_delta = rbbox_transform(anchors, target_boxes)
    return target_delta.astype(np.float32), anchor_states


def smooth_l1_loss(deltas, target_delta, anchor_states, sigma=3.0):
    weights = (anchor_states == 1).astype(np.float32)[:, None]
    diff = np.abs(deltas - target_delta)
    loss = np.where(diff < 1.0 / sigma ** 2, 0.5 * (sigma * diff) ** 2, diff - 0.5 / sigma ** 2)
    return np.sum(loss * weights) / max(1.0, weights.sum())
