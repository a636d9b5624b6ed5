# origin: https://github.com/fudannlp16/focal-loss/issues/4
# kinds: domain
import tensorflow as tf


def binary_focal_loss(logits, labels, alpha=0.25, gamma=2):
    """Focal loss for binary labels of the shape of the logits."""
    y_pred = tf.nn.sigmoid(logits)
    labels = tf.cast(labels, tf.float32)
    log_pos = tf.log(y_pred)  #!
    log_neg = tf.log(1.0 - y_pred)  #!
    log_pos = tf.log(tf.clip_by_value(y_pred, 1e-8, 1.0))  #+
    log_neg = tf.log(tf.clip_by_value(1.0 - y_pred, 1e-8, 1.0))  #+
    loss = -labels * (1 - alpha) * ((1 - y_pred) ** gamma) * log_pos \
        - (1 - labels) * alpha * (y_pred ** gamma) * log_neg
    return tf.reduce_mean(loss)


class TextCNN:
    def __init__(self, vocab_size, embedding_dim=128, filters=100, kernel_sizes=(2, 3, 4), lr=1e-3):
        self.input_x = tf.placeholder(tf.int32, [None, None])
        self.input_y = tf.placeholder(tf.int32, [None])
        embedding = tf.get_variable("embedding", [vocab_size, embedding_dim])
        inputs = tf.nn.embedding_lookup(embedding, self.input_x)
        pooled = [
            tf.reduce_max(tf.layers.conv1d(inputs, filters, size, padding="same", activation=tf.nn.relu), axis=1)
            for size in kernel_sizes
        ]
        features = tf.concat(pooled, axis=-1)
        self.logits = tf.squeeze(tf.layers.dense(features, 1), -1)
        self.loss = binary_focal_loss(self.logits, self.input_y)
        self.train_op = tf.train.AdamOptimizer(lr).minimize(self.loss)

    def train_on_batch(self, sess, x, y):
        _, loss = sess.run([self.train_op, self.loss], feed_dict={self.input_x: x, self.input_y: y})
        return loss
