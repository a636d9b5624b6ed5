# origin: https://github.com/pythonlessons/TensorFlow-2.x-YOLOv3/issues/144
# kinds: domain
import numpy as np
import tensorflow as tf


def bbox_ciou(boxes1, boxes2):
    boxes1_coor = tf.concat([boxes1[..., :2] - boxes1[..., 2:] * 0.5, boxes1[..., :2] + boxes1[..., 2:] * 0.5], axis=-1)
    boxes2_coor = tf.concat([boxes2[..., :2] - boxes2[..., 2:] * 0.5, boxes2[..., :2] + boxes2[..., 2:] * 0.5], axis=-1)

    left = tf.maximum(boxes1_coor[..., 0], boxes2_coor[..., 0])
    up = tf.maximum(boxes1_coor[..., 1], boxes2_coor[..., 1])
    right = tf.maximum(boxes1_coor[..., 2], boxes2_coor[..., 2])
    down = tf.maximum(boxes1_coor[..., 3], boxes2_coor[..., 3])
    c = (right - left) * (right - left) + (up - down) * (up - down)
    iou = bbox_iou(boxes1, boxes2)

    u = (boxes1[..., 0] - boxes2[..., 0]) ** 2 + (boxes1[..., 1] - boxes2[..., 1]) ** 2
    d = u / tf.maximum(c, 1e-6)

    ar_gt = boxes2[..., 2] / boxes2[..., 3]  #!
    ar_pred = boxes1[..., 2] / boxes1[..., 3]  #!
    ar_gt = boxes2[..., 2] / (boxes2[..., 3] + 0.000001)  #+
    ar_pred = boxes1[..., 2] / (boxes1[..., 3] + 0.000001)  #+

    ar_loss = 4 / (np.pi * np.pi) * (tf.atan(ar_gt) - tf.atan(ar_pred)) ** 2  #*
    alpha = ar_loss / (1 - iou + ar_loss + 0.000001)
    return iou - d - alpha * ar_loss


def bbox_iou(boxes1, boxes2):
    area = boxes1[..., 2] * boxes1[..., 3] + boxes2[..., 2] * boxes2[..., 3]
    wh = tf.maximum(
        tf.minimum(boxes1[..., :2] + boxes1[..., 2:] / 2, boxes2[..., :2] + boxes2[..., 2:] / 2)
        - tf.maximum(boxes1[..., :2] - boxes1[..., 2:] / 2, boxes2[..., :2] - boxes2[..., 2:] / 2),
        0.0,
    )
    inter = wh[..., 0] * wh[..., 1]
    return inter / tf.maximum(area - inter, 1e-6)


def compute_loss(pred, conv, label, bboxes):
    respond_bbox = label[..., 4:5]
    ciou = tf.expand_dims(bbox_ciou(pred[..., 0:4], label[..., 0:4]), axis=-1)
    scale = 2.0 - label[..., 2:3] * label[..., 3:4]
    return tf.reduce_mean(tf.reduce_sum(respond_bbox * scale * (1 - ciou), axis=[1, 2, 3, 4]))
