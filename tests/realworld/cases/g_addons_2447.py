# origin: https://github.com/tensorflow/addons/issues/2447
# kinds: domain
import tensorflow as tf


def _masked_maximum(data, mask, dim=1):
    axis_minimums = tf.math.reduce_min(data, dim, keepdims=True)
    return tf.math.reduce_max(tf.math.multiply(data - axis_minimums, mask), dim, keepdims=True) + axis_minimums


def _masked_minimum(data, mask, dim=1):
    axis_maximums = tf.math.reduce_max(data, dim, keepdims=True)
    return tf.math.reduce_min(tf.math.multiply(data - axis_maximums, mask), dim, keepdims=True) + axis_maximums


@tf.function
def triplet_semihard_loss(y_true, y_pred, margin=1.0, distance_metric="squared-L2"):
    labels = tf.reshape(y_true, [-1, 1])
    embeddings = tf.convert_to_tensor(y_pred)
    pdist_matrix = 2.0 - 2.0 * tf.linalg.matmul(embeddings, embeddings, transpose_b=True)

    adjacency = tf.math.equal(labels, tf.transpose(labels))
    adjacency_not = tf.math.logical_not(adjacency)
    batch_size = tf.size(labels)

    negatives = _masked_minimum(pdist_matrix, tf.cast(adjacency_not, tf.float32))
    loss_mat = tf.math.add(margin, pdist_matrix - negatives)
    mask_positives = tf.cast(adjacency, tf.float32) - tf.linalg.diag(tf.ones([batch_size]))

    num_positives = tf.math.reduce_sum(mask_positives)
    num_positives = tf.maximum(num_positives, 1.0)  #+
    triplet_loss = tf.math.truediv(  #*
        tf.math.reduce_sum(tf.math.maximum(tf.math.multiply(loss_mat, mask_positives), 0.0)),
        num_positives,
    )
    return triplet_loss


class TripletSemiHardLoss(tf.keras.losses.Loss):
    def __init__(self, margin=1.0, name=None, **kwargs):
        super().__init__(name=name, reduction=tf.keras.losses.Reduction.NONE)
        self.margin = margin

    def call(self, y_true, y_pred):
        return triplet_semihard_loss(y_true, y_pred, self.margin)
