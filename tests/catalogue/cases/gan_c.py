# origin: saturating GAN loss
# kinds: NS513
import tensorflow as tf


def losses(d_real, d_fake):
    d_loss = tf.reduce_mean(tf.nn.softplus(-d_real)) + tf.reduce_mean(tf.nn.softplus(d_fake))
    g_loss = tf.reduce_mean(tf.math.log_sigmoid(-d_fake))  #!
    g_loss = -tf.reduce_mean(tf.math.log_sigmoid(d_fake))  #+
    return d_loss, g_loss
