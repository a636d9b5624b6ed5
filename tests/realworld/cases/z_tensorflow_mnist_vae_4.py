# origin: https://github.com/hwalsuklee/tensorflow-mnist-VAE/issues/4
# kinds: domain precision
import tensorflow as tf
from tensorflow.keras import layers


class BernoulliVAE(tf.keras.Model):
    def __init__(self, dim_img=784, dim_z=20, n_hidden=500):
        super().__init__()
        self.dim_z = dim_z
        self.encoder = tf.keras.Sequential(
            [layers.Dense(n_hidden, activation="elu"), layers.Dense(n_hidden, activation="tanh"), layers.Dense(2 * dim_z)]
        )
        self.decoder = tf.keras.Sequential(
            [layers.Dense(n_hidden, activation="tanh"), layers.Dense(n_hidden, activation="elu"), layers.Dense(dim_img)]
        )

    def encode(self, x):
        mean, pre_std = tf.split(self.encoder(x), 2, axis=-1)
        return mean, 1e-6 + tf.nn.softplus(pre_std)

    def call(self, x):
        mu, sigma = self.encode(x)
        z = mu + sigma * tf.random.normal(tf.shape(mu))
        logits = self.decoder(z)
        y = tf.clip_by_value(tf.sigmoid(logits), 1e-8, 1 - 1e-8)  #!
        log_lik = tf.reduce_sum(x * tf.math.log(y) + (1 - x) * tf.math.log(1 - y), axis=1)  #!
        log_lik = -tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits), axis=1)  #+
        kl = 0.5 * tf.reduce_sum(tf.square(mu) + tf.square(sigma) - 2.0 * tf.math.log(sigma) - 1, axis=1)
        return tf.reduce_mean(log_lik), tf.reduce_mean(kl)


@tf.function
def train_step(model, optimizer, x):
    with tf.GradientTape() as tape:
        log_lik, kl = model(x)
        loss = kl - log_lik
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss, -log_lik, kl
