# origin: https://github.com/pkmital/tensorflow_tutorials/issues/23
# kinds: domain
import tensorflow as tf


def linear(x, n_units, scope):
    with tf.variable_scope(scope):
        w = tf.get_variable("W", [x.get_shape()[1], n_units], initializer=tf.random_normal_initializer(stddev=0.02))
        b = tf.get_variable("b", [n_units], initializer=tf.constant_initializer(0.0))
        return tf.matmul(x, w) + b


def VAE(n_input=784, n_hidden=512, n_code=2):
    """Variational autoencoder for images scaled to [0, 1]."""
    x = tf.placeholder(tf.float32, [None, n_input], "x")

    h = tf.nn.softplus(linear(x, n_hidden, "encoder_h1"))
    z_mu = linear(h, n_code, "mu")
    z_log_sigma = 3.0 * tf.tanh(linear(h, n_code, "log_sigma"))

    epsilon = tf.random_normal(tf.shape(z_mu))
    z = z_mu + epsilon * tf.exp(z_log_sigma)

    h = tf.nn.softplus(linear(z, n_hidden, "decoder_h1"))
    logits = linear(h, n_input, "reconstruction")
    y = tf.nn.tanh(logits)  #!
    log_px_given_z = -tf.reduce_sum(x * tf.log(y + 1e-10) + (1 - x) * tf.log(1 - y + 1e-10), 1)  #!
    y = tf.nn.sigmoid(logits)  #+
    log_px_given_z = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits), 1)  #+

    kl_div = -0.5 * tf.reduce_sum(1.0 + 2.0 * z_log_sigma - tf.square(z_mu) - tf.exp(2.0 * z_log_sigma), 1)
    loss = tf.reduce_mean(log_px_given_z + kl_div)
    return {"cost": loss, "x": x, "z": z, "y": y}


def train(images, n_epochs=50, batch_size=100):
    ae = VAE()
    optimizer = tf.train.AdamOptimizer(0.001).minimize(ae["cost"])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(n_epochs):
            for start in range(0, len(images), batch_size):
                sess.run(optimizer, feed_dict={ae["x"]: images[start:start + batch_size]})
