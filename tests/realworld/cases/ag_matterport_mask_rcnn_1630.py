# origin: https://github.com/matterport/Mask_RCNN/issues/1630
# kinds: domain
import numpy as np


def compute_overlaps(boxes1, boxes2):
    overlaps = np.zeros((boxes1.shape[0], boxes2.shape[0]))
    area1 = (boxes1[:, 2] - boxes1[:, 0]) * (boxes1[:, 3] - boxes1[:, 1])
    area2 = (boxes2[:, 2] - boxes2[:, 0]) * (boxes2[:, 3] - boxes2[:, 1])
    for i in range(overlaps.shape[1]):
        y1 = np.maximum(boxes2[i, 0], boxes1[:, 0])
        y2 = np.minimum(boxes2[i, 2], boxes1[:, 2])
        x1 = np.maximum(boxes2[i, 1], boxes1[:, 1])
        x2 = np.minimum(boxes2[i, 3], boxes1[:, 3])
        intersection = np.maximum(x2 - x1, 0) * np.maximum(y2 - y1, 0)
        overlaps[:, i] = intersection / np.maximum(area2[i] + area1 - intersection, 1e-6)
    return overlaps


def compute_matches(gt_boxes, gt_class_ids, pred_boxes, pred_class_ids, pred_scores, iou_threshold=0.5):
    indices = np.argsort(pred_scores)[::-1]
    pred_boxes, pred_class_ids = pred_boxes[indices], pred_class_ids[indices]
    overlaps = compute_overlaps(pred_boxes, gt_boxes)

    pred_match = -1 * np.ones([pred_boxes.shape[0]])
    gt_match = -1 * np.ones([gt_boxes.shape[0]])
    for i in range(len(pred_boxes)):
        for j in np.argsort(overlaps[i])[::-1]:
            if gt_match[j] > -1:
                continue
            if overlaps[i, j] < iou_threshold:
                break
            if pred_class_ids[i] == gt_class_ids[j]:
                gt_match[j] = i
                pred_match[i] = j
                break
    return gt_match, pred_match, overlaps


def compute_ap(gt_boxes, gt_class_ids, pred_boxes, pred_class_ids, pred_scores, iou_threshold=0.5):
    gt_match, pred_match, overlaps = compute_matches(
        gt_boxes, gt_class_ids, pred_boxes, pred_class_ids, pred_scores, iou_threshold)

    precisions = np.cumsum(pred_match > -1) / (np.arange(len(pred_match)) + 1)
    recalls = np.cumsum(pred_match > -1).astype(np.float32) / len(gt_match)  #!
    recalls = np.cumsum(pred_match > -1).astype(np.float32) / max(len(gt_match), 1)  #+

    precisions = np.concatenate([[0], precisions, [0]])
    recalls = np.concatenate([[0], recalls, [1]])
    for i in range(len(precisions) - 2, -1, -1):
        precisions[i] = np.maximum(precisions[i], precisions[i + 1])

    indices = np.where(recalls[:-1] != recalls[1:])[0] + 1
    mAP = np.sum((recalls[indices] - recalls[indices - 1]) * precisions[indices])
    return mAP, precisions, recalls, overlaps


def evaluate(dataset):
    APs = np.zeros(len(dataset) + 1)
    for k, sample in enumerate(dataset):
        APs[k] = compute_ap(*sample)[0]
    return APs[:-1].sum() / max(len(dataset), 1)
