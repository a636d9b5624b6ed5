# origin: https://github.com/msracver/Deformable-ConvNets/issues/168
# kinds: overflow
import numpy as np

BBOX_XFORM_CLIP = np.log(1000. / 16.)  #+


def nonlinear_pred(boxes, box_deltas):
    """Transform the set of class-agnostic boxes into class-specific boxes by box_deltas.

    boxes: [N, 4]; box_deltas: [N, 4 * num_classes] float32 output of the network
    """
    if boxes.shape[0] == 0:
        return np.zeros((0, box_deltas.shape[1]))

    boxes = boxes.astype(np.float32, copy=False)
    widths = boxes[:, 2] - boxes[:, 0] + 1.0
    heights = boxes[:, 3] - boxes[:, 1] + 1.0
    ctr_x = boxes[:, 0] + 0.5 * (widths - 1.0)
    ctr_y = boxes[:, 1] + 0.5 * (heights - 1.0)

    dx = box_deltas[:, 0::4]
    dy = box_deltas[:, 1::4]
    dw = box_deltas[:, 2::4]
    dh = box_deltas[:, 3::4]
    dw = np.minimum(dw, BBOX_XFORM_CLIP)  #+
    dh = np.minimum(dh, BBOX_XFORM_CLIP)  #+

    pred_ctr_x = dx * widths[:, np.newaxis] + ctr_x[:, np.newaxis]
    pred_ctr_y = dy * heights[:, np.newaxis] + ctr_y[:, np.newaxis]
    pred_w = np.exp(dw) * widths[:, np.newaxis]  #*
    pred_h = np.exp(dh) * heights[:, np.newaxis]  #*

    pred_boxes = np.zeros(box_deltas.shape)
    pred_boxes[:, 0::4] = pred_ctr_x - 0.5 * (pred_w - 1.0)
    pred_boxes[:, 1::4] = pred_ctr_y - 0.5 * (pred_h - 1.0)
    pred_boxes[:, 2::4] = pred_ctr_x + 0.5 * (pred_w - 1.0)
    pred_boxes[:, 3::4] = pred_ctr_y + 0.5 * (pred_h - 1.0)
    return pred_boxes


def filter_boxes(boxes, min_size):
    ws = boxes[:, 2] - boxes[:, 0] + 1
    hs = boxes[:, 3] - boxes[:, 1] + 1
    return np.where((ws >= min_size) & (hs >= min_size))[0]


def proposal(anchors, bbox_deltas, scores, im_info, pre_nms_top_n=2000, min_size=16):
    proposals = nonlinear_pred(anchors, bbox_deltas)
    size = proposals[:, 2] - proposals[:, 0]
    order = scores.ravel().argsort()[::-1][:pre_nms_top_n]
    proposals, size = proposals[order], size[order]
    proposals[:, 0::2] = np.clip(proposals[:, 0::2], 0, im_info[1] - 1)
    proposals[:, 1::2] = np.clip(proposals[:, 1::2], 0, im_info[0] - 1)
    keep = filter_boxes(proposals, min_size * im_info[2])
    return proposals[keep, :], scores.ravel()[order][keep]
