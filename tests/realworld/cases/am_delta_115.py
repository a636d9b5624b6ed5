# origin: https://github.com/nasa/delta/pull/115
# kinds: domain
"""
Custom loss functions and metrics registered with the configuration.
"""
import tensorflow as tf
import tensorflow.keras.losses
import tensorflow.keras.metrics
from tensorflow.keras import backend as K

_LOSSES = {}
_METRICS = {}


def register_loss(name, fn):
    _LOSSES[name] = fn


def register_metric(name, cls):
    _METRICS[name] = cls


def dice_coef(y_true, y_pred):
    """Dice similarity of a binary mask and its prediction."""
    y_true_f = K.flatten(tf.cast(y_true, tf.float32))
    y_pred_f = K.flatten(y_pred)
    overlap = K.sum(y_true_f * y_pred_f)
    total = K.sum(y_true_f) + K.sum(y_pred_f)
    return 2.0 * overlap / total  #!
    return (2.0 * overlap + K.epsilon()) / (total + K.epsilon())  #+


def dice_loss(y_true, y_pred):
    return 1.0 - dice_coef(y_true, y_pred)


class MappedDiceLoss(tensorflow.keras.losses.Loss):
    def __init__(self, mapping, nodata=None, name="mapped_dice"):
        super().__init__(name=name)
        self._nodata = nodata
        self._table = tf.constant([mapping.get(i, 0) for i in range(max(mapping) + 1)], dtype=tf.float32)

    def call(self, y_true, y_pred):
        labels = tf.cast(y_true, tf.int32)
        target = tf.gather(self._table, labels)
        if self._nodata is not None:
            valid = tf.cast(tf.not_equal(labels, self._nodata), y_pred.dtype)
            target = target * valid
            y_pred = y_pred * valid
        return dice_loss(target, y_pred)


class SparseRecall(tensorflow.keras.metrics.Metric):
    def __init__(self, label, name="sparse_recall", **kwargs):
        super().__init__(name=name, **kwargs)
        self._label = label
        self._hits = self.add_weight(name="hits", initializer="zeros")
        self._total = self.add_weight(name="total", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        is_label = tf.equal(tf.cast(y_true, tf.int32), self._label)
        found = tf.logical_and(is_label, tf.equal(tf.cast(y_pred, tf.int32), self._label))
        self._hits.assign_add(tf.reduce_sum(tf.cast(found, tf.float32)))
        self._total.assign_add(tf.reduce_sum(tf.cast(is_label, tf.float32)))

    def result(self):
        return tf.math.divide_no_nan(self._hits, self._total)


register_loss("dice", dice_loss)
register_loss("mapped_dice", MappedDiceLoss)
register_metric("sparse_recall", SparseRecall)
