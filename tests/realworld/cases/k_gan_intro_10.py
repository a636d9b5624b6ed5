# origin: https://github.com/AYLIEN/gan-intro/pull/10
# kinds: domain underflow overflow
import numpy as np
import tensorflow as tf


def linear(input, output_dim, scope=None, stddev=1.0):
    with tf.variable_scope(scope or "linear"):
        w = tf.get_variable("w", [input.get_shape()[1], output_dim], initializer=tf.random_normal_initializer(stddev=stddev))
        b = tf.get_variable("b", [output_dim], initializer=tf.constant_initializer(0.0))
        return tf.matmul(input, w) + b


def generator(input, h_dim):
    h0 = tf.nn.softplus(linear(input, h_dim, "g0"))
    return linear(h0, 1, "g1")


def discriminator(input, h_dim):
    h0 = tf.tanh(linear(input, h_dim * 2, "d0"))
    h1 = tf.tanh(linear(h0, h_dim * 2, "d1"))
    return tf.sigmoid(linear(h1, 1, scope="d2"))


def log(x):  #+
    """Sometimes discriminator outputs can reach values close to 0."""  #+
    return tf.log(tf.maximum(x, 1e-5))  #+


class GAN(object):
    def __init__(self, params):
        with tf.variable_scope("G"):
            self.z = tf.placeholder(tf.float32, shape=(params.batch_size, 1))
            self.G = generator(self.z, params.hidden_size)
        self.x = tf.placeholder(tf.float32, shape=(params.batch_size, 1))
        with tf.variable_scope("D"):
            self.D1 = discriminator(self.x, params.hidden_size)
        with tf.variable_scope("D", reuse=True):
            self.D2 = discriminator(self.G, params.hidden_size)
        self.loss_d = tf.reduce_mean(-tf.log(self.D1) - tf.log(1 - self.D2))  #!
        self.loss_g = tf.reduce_mean(-tf.log(self.D2))  #!
        self.loss_d = tf.reduce_mean(-log(self.D1) - log(1 - self.D2))  #+
        self.loss_g = tf.reduce_mean(-log(self.D2))  #+
        names = tf.trainable_variables()
        self.opt_d = tf.train.AdamOptimizer(0.001).minimize(self.loss_d, var_list=[v for v in names if v.name.startswith("D/")])
        self.opt_g = tf.train.AdamOptimizer(0.001).minimize(self.loss_g, var_list=[v for v in names if v.name.startswith("G/")])
