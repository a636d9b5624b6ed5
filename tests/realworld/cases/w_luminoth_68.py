# origin: https://github.com/tryolabs/luminoth/issues/68
# kinds: domain
import tensorflow as tf


def smooth_l1_loss(prediction, target, sigma=3.0):
    sigma2 = sigma**2
    diff = tf.abs(prediction - target)
    quadratic = 0.5 * sigma2 * tf.square(diff)
    linear = diff - 0.5 / sigma2
    return tf.reduce_sum(tf.where(tf.less(diff, 1.0 / sigma2), quadratic, linear), axis=1)


class RCNN:
    def __init__(self, num_classes, reg_weight=1.0):
        self._num_classes = num_classes
        self._reg_weight = reg_weight

    def loss(self, prediction_dict):
        cls_score = prediction_dict["cls_score"]
        cls_target = tf.cast(prediction_dict["cls_target"], tf.int32)
        bbox_offsets = prediction_dict["bbox_offsets"]
        bbox_target = prediction_dict["bbox_offsets_target"]

        keep = tf.greater_equal(cls_target, 0)
        scores = tf.boolean_mask(cls_score, keep)
        targets = tf.boolean_mask(cls_target, keep)
        cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=targets, logits=scores
        )
        count = tf.maximum(tf.cast(tf.shape(targets)[0], tf.float32), 1.0)
        cls_loss = tf.reduce_sum(cross_entropy) / count

        foreground = tf.greater(cls_target, 0)
        reg_per_proposal = smooth_l1_loss(
            tf.boolean_mask(bbox_offsets, foreground),
            tf.boolean_mask(bbox_target, foreground),
        )
        reg_loss = tf.reduce_mean(reg_per_proposal)  #!
        num_fg = tf.cast(tf.shape(reg_per_proposal)[0], tf.float32)  #+
        reg_loss = tf.reduce_sum(reg_per_proposal) / tf.maximum(num_fg, 1.0)  #+
        return cls_loss + self._reg_weight * reg_loss
