# origin: https://github.com/kvfrans/variational-autoencoder/issues/5
# kinds: precision domain
import numpy as np
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data


def lrelu(x, leak=0.2):
    return tf.maximum(x, leak * x)


class LatentAttention():
    def __init__(self):
        self.mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)
        self.n_samples = self.mnist.train.num_examples
        self.n_z = 20
        self.batchsize = 100

        self.images = tf.placeholder(tf.float32, [None, 784])
        image_matrix = tf.reshape(self.images, [-1, 28, 28, 1])
        z_mean, z_stddev = self.recognition(image_matrix)
        samples = tf.random_normal([self.batchsize, self.n_z], 0, 1, dtype=tf.float32)
        guessed_z = z_mean + (z_stddev * samples)

        self.generated_images = self.generation(guessed_z)
        generated_flat = tf.reshape(self.generated_images, [self.batchsize, 28 * 28])

        self.generation_loss = -tf.reduce_sum(
            self.images * tf.log(1e-8 + generated_flat)  #-
            + (1 - self.images) * tf.log(1e-8 + 1 - generated_flat), 1)  #!
            self.images * tf.log(1e-6 + generated_flat)  #+
            + (1 - self.images) * tf.log(1e-6 + 1 - generated_flat), 1)  #+
        self.latent_loss = 0.5 * tf.reduce_sum(
            tf.square(z_mean) + tf.square(z_stddev)
            - tf.log(tf.square(z_stddev)) - 1, 1)  #!
            - tf.log(1e-6 + tf.square(z_stddev)) - 1, 1)  #+
        self.cost = tf.reduce_mean(self.generation_loss + self.latent_loss)
        self.optimizer = tf.train.AdamOptimizer(0.001).minimize(self.cost)

    def recognition(self, input_images):
        with tf.variable_scope("recognition"):
            h1 = lrelu(tf.layers.conv2d(input_images, 16, 5, strides=2, padding="same"))
            h2 = lrelu(tf.layers.conv2d(h1, 32, 5, strides=2, padding="same"))
            h2_flat = tf.reshape(h2, [self.batchsize, 7 * 7 * 32])
            w_mean = tf.layers.dense(h2_flat, self.n_z)
            w_stddev = tf.layers.dense(h2_flat, self.n_z)
        return w_mean, w_stddev

    def generation(self, z):
        with tf.variable_scope("generation"):
            z_develop = tf.layers.dense(z, 7 * 7 * 32)
            z_matrix = tf.nn.relu(tf.reshape(z_develop, [self.batchsize, 7, 7, 32]))
            h1 = tf.nn.relu(tf.layers.conv2d_transpose(z_matrix, 16, 5, strides=2, padding="same"))
            h2 = tf.layers.conv2d_transpose(h1, 1, 5, strides=2, padding="same")
            h2 = tf.nn.sigmoid(h2)
        return h2

    def train(self):
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            for epoch in range(500):
                for idx in range(int(self.n_samples / self.batchsize)):
                    batch = self.mnist.train.next_batch(self.batchsize)[0]
                    _, gen_loss, lat_loss = sess.run(
                        (self.optimizer, self.generation_loss, self.latent_loss), feed_dict={self.images: batch})
                print("epoch %d: genloss %f latloss %f" % (epoch, np.mean(gen_loss), np.mean(lat_loss)))


if __name__ == "__main__":
    LatentAttention().train()
