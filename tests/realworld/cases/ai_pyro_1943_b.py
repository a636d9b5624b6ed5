# origin: https://github.com/pyro-ppl/pyro/pull/1943
# kinds: vanishing
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

EPS = 1e-7


def build_discriminator(shape=(28, 28, 1)):
    return keras.Sequential([
        keras.Input(shape),
        layers.Conv2D(64, 3, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Conv2D(128, 3, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Flatten(),
        layers.Dense(1),
    ], name="discriminator")


def build_generator(latent_dim):
    return keras.Sequential([
        keras.Input((latent_dim,)),
        layers.Dense(7 * 7 * 128),
        layers.Reshape((7, 7, 128)),
        layers.Conv2DTranspose(128, 4, strides=2, padding="same", activation="relu"),
        layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"),
    ], name="generator")


def generator_loss(fake_logits):
    p = tf.sigmoid(fake_logits)  #-
    p = tf.clip_by_value(p, EPS, 1.0 - EPS)  #!
    return -tf.reduce_mean(tf.math.log(p))  #-
    return tf.reduce_mean(tf.math.softplus(-fake_logits))  #+


def discriminator_loss(real_logits, fake_logits):
    bce = keras.losses.BinaryCrossentropy(from_logits=True)
    return bce(tf.ones_like(real_logits), real_logits) + bce(tf.zeros_like(fake_logits), fake_logits)


class GAN(keras.Model):
    def __init__(self, latent_dim=128):
        super().__init__()
        self.discriminator = build_discriminator()
        self.generator = build_generator(latent_dim)
        self.latent_dim = latent_dim

    def compile(self, d_optimizer, g_optimizer):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer

    def train_step(self, real_images):
        noise = tf.random.normal((tf.shape(real_images)[0], self.latent_dim))
        fake = self.generator(noise)
        with tf.GradientTape() as tape:
            d_loss = discriminator_loss(self.discriminator(real_images), self.discriminator(fake))
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))
        with tf.GradientTape() as tape:
            g_loss = generator_loss(self.discriminator(self.generator(noise)))
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))
        return {"d_loss": d_loss, "g_loss": g_loss}
