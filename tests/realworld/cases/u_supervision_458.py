# origin: https://github.com/roboflow/supervision/issues/458
# kinds: domain
import numpy as np
from scipy.optimize import linear_sum_assignment


def box_iou_batch(boxes_true: np.ndarray, boxes_detection: np.ndarray) -> np.ndarray:
    def box_area(box):
        return (box[2] - box[0]) * (box[3] - box[1])

    area_true = box_area(boxes_true.T)
    area_detection = box_area(boxes_detection.T)

    top_left = np.maximum(boxes_true[:, None, :2], boxes_detection[:, :2])
    bottom_right = np.minimum(boxes_true[:, None, 2:], boxes_detection[:, 2:])

    area_inter = np.prod(np.clip(bottom_right - top_left, a_min=0, a_max=None), 2)
    return area_inter / (area_true[:, None] + area_detection - area_inter)  #!
    area_union = area_true[:, None] + area_detection - area_inter  #+
    return np.divide(area_inter, area_union, out=np.zeros_like(area_inter), where=area_union > 0)  #+


def iou_distance(atracks, btracks):
    atlbrs = np.array([track.tlbr for track in atracks], dtype=float).reshape(-1, 4)
    btlbrs = np.array([track.tlbr for track in btracks], dtype=float).reshape(-1, 4)
    if not len(atlbrs) or not len(btlbrs):
        return np.zeros((len(atlbrs), len(btlbrs)))
    return 1 - box_iou_batch(atlbrs, btlbrs)


def linear_assignment(cost_matrix, thresh):
    if cost_matrix.size == 0:
        return np.empty((0, 2), dtype=int), range(cost_matrix.shape[0]), range(cost_matrix.shape[1])
    cost_matrix[cost_matrix > thresh] = thresh + 1e-4
    rows, cols = linear_sum_assignment(cost_matrix)
    keep = cost_matrix[rows, cols] <= thresh
    matches = np.column_stack((rows[keep], cols[keep]))
    unmatched_a = tuple(set(range(cost_matrix.shape[0])) - set(matches[:, 0]))
    unmatched_b = tuple(set(range(cost_matrix.shape[1])) - set(matches[:, 1]))
    return matches, unmatched_a, unmatched_b
