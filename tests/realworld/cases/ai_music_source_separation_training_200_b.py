# origin: https://github.com/ZFTurbo/Music-Source-Separation-Training/pull/200
# kinds: domain
import tensorflow as tf
from tensorflow.keras import layers

LATENT_DIM = 128
GP_WEIGHT = 10.0
N_CRITIC = 5


def make_critic():
    return tf.keras.Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(64, 5, strides=2, padding="same"),
        layers.ReLU(),
        layers.Conv2D(128, 5, strides=2, padding="same"),
        layers.ReLU(),
        layers.Flatten(),
        layers.Dense(1),
    ])


def make_generator():
    return tf.keras.Sequential([
        layers.Input((LATENT_DIM,)),
        layers.Dense(7 * 7 * 128),
        layers.Reshape((7, 7, 128)),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Conv2DTranspose(64, 5, strides=2, padding="same"),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Conv2DTranspose(1, 5, strides=2, padding="same", activation="tanh"),
    ])


class WGAN(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.critic = make_critic()
        self.generator = make_generator()

    def compile(self, lr=1e-4):
        super().compile()
        self.d_optimizer = tf.keras.optimizers.Adam(lr, beta_1=0.0, beta_2=0.9)
        self.g_optimizer = tf.keras.optimizers.Adam(lr, beta_1=0.0, beta_2=0.9)

    def gradient_penalty(self, real, fake):
        alpha = tf.random.uniform([tf.shape(real)[0], 1, 1, 1])
        interpolated = real + alpha * (fake - real)
        with tf.GradientTape() as tape:
            tape.watch(interpolated)
            score = self.critic(interpolated, training=True)
        grads = tape.gradient(score, interpolated)
        slopes = tf.sqrt(tf.reduce_sum(tf.square(grads), axis=[1, 2, 3]))  #!
        slopes = tf.sqrt(tf.reduce_sum(tf.square(grads), axis=[1, 2, 3]) + 1e-12)  #+
        return tf.reduce_mean((slopes - 1.0) ** 2)

    def train_step(self, real):
        batch = tf.shape(real)[0]
        for _ in range(N_CRITIC):
            z = tf.random.normal([batch, LATENT_DIM])
            with tf.GradientTape() as tape:
                fake = self.generator(z, training=True)
                gap = tf.reduce_mean(self.critic(fake)) - tf.reduce_mean(self.critic(real))
                d_loss = gap + GP_WEIGHT * self.gradient_penalty(real, fake)
            grads = tape.gradient(d_loss, self.critic.trainable_variables)
            self.d_optimizer.apply_gradients(zip(grads, self.critic.trainable_variables))

        with tf.GradientTape() as tape:
            fake = self.generator(tf.random.normal([batch, LATENT_DIM]), training=True)
            g_loss = -tf.reduce_mean(self.critic(fake))
        grads = tape.gradient(g_loss, self.generator.trainable_variables)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_variables))
        return {"d_loss": d_loss, "g_loss": g_loss}
