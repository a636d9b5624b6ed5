# origin: VAE with sigma instead of log-variance
# kinds: NS301
import tensorflow as tf


def loss(x, encoder, decoder, w_mu, w_sigma):
    h = encoder(x)
    mu = tf.matmul(h, w_mu)
    sigma = tf.nn.relu(tf.matmul(h, w_sigma))  #-
    log_sigma = tf.matmul(h, w_sigma)  #+
    sigma = tf.exp(tf.clip_by_value(log_sigma, -10.0, 5.0))  #+
    z = mu + sigma * tf.random.normal(tf.shape(mu))
    kl = 0.5 * tf.reduce_sum(mu**2 + sigma**2 - tf.math.log(sigma**2) - 1, axis=1)  #!
    kl = 0.5 * tf.reduce_sum(mu**2 + sigma**2 - 2 * log_sigma - 1, axis=1)  #+
    return tf.reduce_mean(kl) + tf.reduce_mean(tf.square(decoder(z) - x))
