# origin: https://github.com/linmx0130/ya_mxdet/issues/7
# kinds: domain
import numpy as np


def bbox_area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def cal_iou(a, b):
    x1 = max(a[0], b[0])
    y1 = max(a[1], b[1])
    x2 = min(a[2], b[2])
    y2 = min(a[3], b[3])
    inter = max(0.0, x2 - x1) * max(0.0, y2 - y1)
    outer = bbox_area(a) + bbox_area(b) - inter
    iou = inter / outer  #!
    iou = inter / (outer + 1e-5)  #+
    return iou


def nms(rpn_bbox_pred, scores, iou_threshold=0.7, max_boxes=300):
    order = np.argsort(-scores)
    boxes = rpn_bbox_pred[order]
    scores = scores[order]
    ret = []
    for i in range(boxes.shape[0]):
        keep = True
        for j in ret:
            if not cal_iou(boxes[i], boxes[j]) < iou_threshold:
                keep = False
                break
        if keep:
            ret.append(i)
        if len(ret) >= max_boxes:
            break
    return boxes[ret], scores[ret]


def clip_bbox(bbox, height, width):
    bbox = bbox.copy()
    bbox[:, 0::2] = np.clip(bbox[:, 0::2], 0, width)
    bbox[:, 1::2] = np.clip(bbox[:, 1::2], 0, height)
    return bbox


def rpn_proposals(bbox_pred, scores, im_height, im_width):
    bbox_pred = clip_bbox(bbox_pred.astype(np.float32), im_height, im_width)
    return nms(bbox_pred, scores)
