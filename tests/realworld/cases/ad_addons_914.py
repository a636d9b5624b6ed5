# origin: https://github.com/tensorflow/addons/pull/914
# kinds: domain
import math

import tensorflow as tf


def _common_iou(b1, b2, mode='ciou'):
    """
    Args:
        b1: bounding box. The coordinates of the each bounding box in boxes are
            encoded as [y_min, x_min, y_max, x_max].
        b2: the other bounding box.
        mode: one of ['iou', 'ciou', 'diou', 'giou'].
    """
    b1_ymin, b1_xmin, b1_ymax, b1_xmax = tf.unstack(b1, 4, axis=-1)
    b2_ymin, b2_xmin, b2_ymax, b2_xmax = tf.unstack(b2, 4, axis=-1)
    b1_width = tf.maximum(0.0, b1_xmax - b1_xmin)
    b1_height = tf.maximum(0.0, b1_ymax - b1_ymin)
    b2_width = tf.maximum(0.0, b2_xmax - b2_xmin)
    b2_height = tf.maximum(0.0, b2_ymax - b2_ymin)
    b1_area = b1_width * b1_height
    b2_area = b2_width * b2_height

    intersect_ymin = tf.maximum(b1_ymin, b2_ymin)
    intersect_xmin = tf.maximum(b1_xmin, b2_xmin)
    intersect_ymax = tf.minimum(b1_ymax, b2_ymax)
    intersect_xmax = tf.minimum(b1_xmax, b2_xmax)
    intersect_width = tf.maximum(0.0, intersect_xmax - intersect_xmin)
    intersect_height = tf.maximum(0.0, intersect_ymax - intersect_ymin)
    intersect_area = intersect_width * intersect_height
    union_area = b1_area + b2_area - intersect_area
    iou = tf.math.divide_no_nan(intersect_area, union_area)
    if mode == 'iou':
        return iou

    enclose_width = tf.maximum(0.0, tf.maximum(b1_xmax, b2_xmax) - tf.minimum(b1_xmin, b2_xmin))
    enclose_height = tf.maximum(0.0, tf.maximum(b1_ymax, b2_ymax) - tf.minimum(b1_ymin, b2_ymin))
    euclidean = tf.square((b1_xmin + b1_xmax - b2_xmin - b2_xmax) / 2.0) + tf.square(
        (b1_ymin + b1_ymax - b2_ymin - b2_ymax) / 2.0)
    diag_length = tf.square(enclose_width) + tf.square(enclose_height)
    diou = iou - tf.math.divide_no_nan(euclidean, diag_length)
    if mode == 'diou':
        return diou

    arctan = tf.atan(b1_width / b1_height) - tf.atan(b2_width / b2_height)  #!
    arctan = tf.atan(tf.math.divide_no_nan(b1_width, b1_height)) - tf.atan(tf.math.divide_no_nan(b2_width, b2_height))  #+
    v = 4 * ((arctan / math.pi) ** 2)
    alpha = tf.stop_gradient(tf.math.divide_no_nan(v, (1 - iou) + v))
    return diou - alpha * v


class YoloBoxLoss(tf.keras.losses.Loss):
    """The labels of cells without an object are all zeros."""

    def call(self, y_true, y_pred):
        obj_mask = y_true[..., 4]
        ciou = _common_iou(y_pred[..., :4], y_true[..., :4], 'ciou')
        return tf.reduce_sum(obj_mask * (1.0 - ciou), axis=[1, 2])
