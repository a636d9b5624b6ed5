# origin: https://github.com/rwth-i6/returnn/pull/1094
# kinds: underflow domain
import tensorflow as tf


def fast_baum_welch(am_scores, edges, seq_mask):
    init, transition = edges
    alpha = init - am_scores[0]
    for t in range(1, am_scores.shape[0]):
        step = tf.reduce_logsumexp(alpha[:, :, None] + transition[None], axis=1)
        step = step - am_scores[t]
        alpha = tf.where(seq_mask[t][:, None], step, alpha)
    return -tf.reduce_logsumexp(alpha, axis=-1)


class FastBaumWelchLoss(tf.keras.losses.Loss):
    def __init__(self, edges, am_scale=1.0):
        super().__init__()
        self.edges = edges
        self.am_scale = am_scale

    def call(self, seq_mask, logits):
        posteriors = tf.nn.softmax(logits)  #-
        am_scores = -self.am_scale * tf.math.log(posteriors)  #!
        am_scores = -self.am_scale * tf.nn.log_softmax(logits)  #+
        scores = fast_baum_welch(am_scores, self.edges, seq_mask)
        return tf.reduce_mean(scores)


def train_step(encoder, criterion, optimizer, features, seq_mask):
    with tf.GradientTape() as tape:
        logits = tf.transpose(encoder(features, training=True), [1, 0, 2])
        loss = criterion(seq_mask, logits)
    grads = tape.gradient(loss, encoder.trainable_variables)
    grads, _ = tf.clip_by_global_norm(grads, 5.0)
    optimizer.apply_gradients(zip(grads, encoder.trainable_variables))
    return loss
