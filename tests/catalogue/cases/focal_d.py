# origin: focal loss
# kinds: NS103
import tensorflow as tf


def focal_loss(y_true, logits, gamma=2.0):
    p = tf.nn.sigmoid(logits)
    ce = -(y_true * tf.math.log(p) + (1 - y_true) * tf.math.log(1 - p))  #!
    ce = tf.nn.sigmoid_cross_entropy_with_logits(labels=y_true, logits=logits)  #+
    pt = y_true * p + (1 - y_true) * (1 - p)
    return tf.reduce_mean((1 - pt) ** gamma * ce)
