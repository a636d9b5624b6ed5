# origin: https://github.com/tdeboissiere/DeepLearningImplementations/issues/68
# kinds: domain
import tensorflow as tf


class WGANGP:
    def __init__(self, generator, critic, latent_dim=100, lambda_gp=10.0, lr=1e-4):
        self.generator = generator
        self.critic = critic
        self.latent_dim = latent_dim
        self.lambda_gp = lambda_gp
        self.opt_g = tf.keras.optimizers.Adam(lr, beta_1=0.5, beta_2=0.9)
        self.opt_d = tf.keras.optimizers.Adam(lr, beta_1=0.5, beta_2=0.9)

    def gradient_penalty(self, real, fake):
        alpha = tf.random.uniform([tf.shape(real)[0], 1, 1, 1])
        x_hat = real + alpha * (fake - real)
        with tf.GradientTape() as tape:
            tape.watch(x_hat)
            d_hat = self.critic(x_hat, training=True)
        grad = tape.gradient(d_hat, x_hat)
        slopes = tf.sqrt(tf.reduce_sum(tf.square(grad), axis=[1, 2, 3]))  #!
        slopes = tf.sqrt(1e-8 + tf.reduce_sum(tf.square(grad), axis=[1, 2, 3]))  #+
        return tf.reduce_mean((slopes - 1.0) ** 2)

    @tf.function
    def critic_step(self, real):
        z = tf.random.normal([tf.shape(real)[0], self.latent_dim])
        with tf.GradientTape() as tape:
            fake = self.generator(z, training=True)
            loss = tf.reduce_mean(self.critic(fake)) - tf.reduce_mean(self.critic(real))
            loss += self.lambda_gp * self.gradient_penalty(real, fake)
        grads = tape.gradient(loss, self.critic.trainable_variables)
        self.opt_d.apply_gradients(zip(grads, self.critic.trainable_variables))
        return loss

    @tf.function
    def generator_step(self, batch_size):
        z = tf.random.normal([batch_size, self.latent_dim])
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(self.critic(self.generator(z, training=True)))
        grads = tape.gradient(loss, self.generator.trainable_variables)
        self.opt_g.apply_gradients(zip(grads, self.generator.trainable_variables))
        return loss
