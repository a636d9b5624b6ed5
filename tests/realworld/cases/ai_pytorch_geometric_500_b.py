# origin: https://github.com/pyg-team/pytorch_geometric/issues/500
# kinds: overflow
import numpy as np

BBOX_XFORM_CLIP = np.log(1000.0 / 16.0)  #+


def bbox_transform_inv(boxes, deltas):
    """Applies regression deltas (N, 4 * classes) to boxes (N, 4)."""
    if boxes.shape[0] == 0:
        return np.zeros((0, deltas.shape[1]), dtype=deltas.dtype)

    boxes = boxes.astype(deltas.dtype, copy=False)
    widths = boxes[:, 2] - boxes[:, 0] + 1.0
    heights = boxes[:, 3] - boxes[:, 1] + 1.0
    ctr_x = boxes[:, 0] + 0.5 * widths
    ctr_y = boxes[:, 1] + 0.5 * heights

    dx = deltas[:, 0::4]
    dy = deltas[:, 1::4]
    dw = deltas[:, 2::4]
    dh = deltas[:, 3::4]
    dw = np.minimum(dw, BBOX_XFORM_CLIP)  #+
    dh = np.minimum(dh, BBOX_XFORM_CLIP)  #+

    pred_ctr_x = dx * widths[:, np.newaxis] + ctr_x[:, np.newaxis]
    pred_ctr_y = dy * heights[:, np.newaxis] + ctr_y[:, np.newaxis]
    pred_w = np.exp(dw) * widths[:, np.newaxis]  #*
    pred_h = np.exp(dh) * heights[:, np.newaxis]  #*

    pred_boxes = np.zeros(deltas.shape, dtype=deltas.dtype)
    pred_boxes[:, 0::4] = pred_ctr_x - 0.5 * pred_w
    pred_boxes[:, 1::4] = pred_ctr_y - 0.5 * pred_h
    pred_boxes[:, 2::4] = pred_ctr_x + 0.5 * pred_w
    pred_boxes[:, 3::4] = pred_ctr_y + 0.5 * pred_h
    return pred_boxes


def nms(dets, thresh):
    x1, y1, x2, y2, scores = dets.T
    areas = (x2 - x1 + 1) * (y2 - y1 + 1)
    order = scores.argsort()[::-1]
    keep = []
    while order.size > 0:
        i = order[0]
        keep.append(i)
        w = np.maximum(0.0, np.minimum(x2[i], x2[order[1:]]) - np.maximum(x1[i], x1[order[1:]]) + 1)
        h = np.maximum(0.0, np.minimum(y2[i], y2[order[1:]]) - np.maximum(y1[i], y1[order[1:]]) + 1)
        inter = w * h
        ovr = inter / (areas[i] + areas[order[1:]] - inter)
        order = order[np.where(ovr <= thresh)[0] + 1]
    return keep


def propose(anchors, deltas, scores, nms_thresh=0.7, top_n=300):
    proposals = bbox_transform_inv(anchors, deltas.astype(np.float32))
    order = scores.argsort()[::-1][:6000]
    dets = np.hstack([proposals[order], scores[order, np.newaxis]]).astype(np.float32)
    return dets[nms(dets, nms_thresh)[:top_n]]
