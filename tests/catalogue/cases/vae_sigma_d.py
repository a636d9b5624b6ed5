# origin: VAE with sigma instead of log-variance
# kinds: NS324
import tensorflow as tf


class Encoder(tf.keras.Model):
    def __init__(self, latent):
        super().__init__()
        self.mu = tf.keras.layers.Dense(latent)
        self.sigma = tf.keras.layers.Dense(latent)  #-
        self.sigma = tf.keras.layers.Dense(latent, activation="softplus")  #+

    def call(self, x):
        mu, sigma = self.mu(x), self.sigma(x)
        return tf.reduce_sum(mu**2 + sigma**2 - tf.math.log(sigma**2) - 1, -1)  #*
