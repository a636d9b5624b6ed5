# origin: https://github.com/hwalsuklee/tensorflow-mnist-VAE/issues/4
# kinds: domain underflow precision
import tensorflow as tf


def gaussian_mlp_encoder(x, n_hidden, n_output, keep_prob):
    with tf.variable_scope("encoder"):
        h = tf.nn.dropout(tf.layers.dense(x, n_hidden, activation=tf.nn.elu), keep_prob)
        h = tf.nn.dropout(tf.layers.dense(h, n_hidden, activation=tf.nn.tanh), keep_prob)
        out = tf.layers.dense(h, 2 * n_output)
        mean = out[:, :n_output]
        stddev = 1e-6 + tf.nn.softplus(out[:, n_output:])
    return mean, stddev


def bernoulli_mlp_decoder(z, n_hidden, n_output, keep_prob, reuse=False):
    with tf.variable_scope("decoder", reuse=reuse):
        h = tf.nn.dropout(tf.layers.dense(z, n_hidden, activation=tf.nn.tanh), keep_prob)
        h = tf.nn.dropout(tf.layers.dense(h, n_hidden, activation=tf.nn.elu), keep_prob)
        logits = tf.layers.dense(h, n_output)
    return tf.sigmoid(logits), logits


def autoencoder(x_hat, x, dim_img, dim_z, n_hidden, keep_prob):
    mu, sigma = gaussian_mlp_encoder(x_hat, n_hidden, dim_z, keep_prob)
    z = mu + sigma * tf.random_normal(tf.shape(mu), 0, 1, dtype=tf.float32)
    y, logits = bernoulli_mlp_decoder(z, n_hidden, dim_img, keep_prob)
    y = tf.clip_by_value(y, 1e-8, 1 - 1e-8)  #!

    marginal_likelihood = tf.reduce_sum(x * tf.log(y) + (1 - x) * tf.log(1 - y), 1)  #!
    marginal_likelihood = -tf.reduce_sum(  #+
        tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits), 1)  #+
    kl = 0.5 * tf.reduce_sum(
        tf.square(mu) + tf.square(sigma) - tf.log(1e-8 + tf.square(sigma)) - 1, 1)
    marginal_likelihood = tf.reduce_mean(marginal_likelihood)
    kl = tf.reduce_mean(kl)
    loss = kl - marginal_likelihood
    return y, z, loss, -marginal_likelihood, kl
