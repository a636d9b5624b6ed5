# origin: https://github.com/tdeboissiere/DeepLearningImplementations/issues/68
# kinds: domain
import os

import tensorflow as tf


def train_model(FLAGS, G, D, data, objectives, optimizers):
    dopt, gopt = optimizers
    X_real = data.next_batch(FLAGS.batch_size)
    noise_input = tf.random_normal((FLAGS.batch_size, FLAGS.noise_dim), stddev=0.1)

    with tf.variable_scope("G"):
        X_fake = G(noise_input)

    D_real = D(X_real)
    D_fake = D(X_fake, reuse=True)
    epsilon = tf.random_uniform([FLAGS.batch_size, 1, 1, 1], minval=0.0, maxval=1.0)
    X_hat = X_real + epsilon * (X_fake - X_real)
    D_X_hat = D(X_hat, reuse=True)
    grad_D_X_hat = tf.gradients(D_X_hat, [X_hat])[0]
    if FLAGS.data_format == "NCHW":
        red_idx = [1]
    else:
        red_idx = [-1]
    slopes = tf.sqrt(tf.reduce_sum(tf.square(grad_D_X_hat), reduction_indices=red_idx))  #!
    slopes = tf.sqrt(1e-8 + tf.reduce_sum(tf.square(grad_D_X_hat), reduction_indices=red_idx))  #+
    gradient_penalty = tf.reduce_mean((slopes - 1.0) ** 2)

    G_loss = objectives.wasserstein(D_fake, -tf.ones_like(D_fake))
    D_loss = objectives.wasserstein(D_real, -tf.ones_like(D_real))
    D_loss += objectives.wasserstein(D_fake, tf.ones_like(D_fake)) + FLAGS.lambdaGP * gradient_penalty

    D_update = dopt.minimize(D_loss, var_list=[v for v in tf.trainable_variables() if "D" in v.name])
    G_update = gopt.minimize(G_loss, var_list=[v for v in tf.trainable_variables() if "G" in v.name])
    tf.summary.histogram("gradient_penalty", gradient_penalty)
    return os.path.join(FLAGS.log_dir, "wgan"), D_update, G_update
