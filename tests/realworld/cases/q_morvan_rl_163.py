# origin: https://github.com/MorvanZhou/Reinforcement-learning-with-tensorflow/issues/163
# kinds: domain underflow
import numpy as np
import tensorflow as tf

S_DIM, A_DIM = 3, 1
A_LR = 0.0001
EPSILON = 0.2
A_UPDATE_STEPS = 10


class PPO(object):
    def __init__(self):
        self.sess = tf.Session()
        self.tfs = tf.placeholder(tf.float32, [None, S_DIM], 'state')
        self.tfa = tf.placeholder(tf.float32, [None, A_DIM], 'action')
        self.tfadv = tf.placeholder(tf.float32, [None, 1], 'advantage')

        pi, pi_params = self._build_anet('pi', trainable=True)
        oldpi, oldpi_params = self._build_anet('oldpi', trainable=False)
        self.sample_op = tf.squeeze(pi.sample(1), axis=0)
        self.update_oldpi_op = [old.assign(p) for p, old in zip(pi_params, oldpi_params)]

        ratio = pi.prob(self.tfa) / oldpi.prob(self.tfa)  #!
        ratio = pi.prob(self.tfa) / (oldpi.prob(self.tfa) + 1e-5)  #+
        surr = ratio * self.tfadv
        clipped = tf.clip_by_value(ratio, 1. - EPSILON, 1. + EPSILON) * self.tfadv
        self.aloss = -tf.reduce_mean(tf.minimum(surr, clipped))
        self.atrain_op = tf.train.AdamOptimizer(A_LR).minimize(self.aloss)
        self.sess.run(tf.global_variables_initializer())

    def _build_anet(self, name, trainable):
        with tf.variable_scope(name):
            l1 = tf.layers.dense(self.tfs, 100, tf.nn.relu, trainable=trainable)
            mu = 2 * tf.layers.dense(l1, A_DIM, tf.nn.tanh, trainable=trainable)
            sigma = tf.layers.dense(l1, A_DIM, tf.nn.softplus, trainable=trainable) + 1e-3
            norm_dist = tf.distributions.Normal(loc=mu, scale=sigma)
        params = tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, scope=name)
        return norm_dist, params

    def update(self, s, a, adv):
        self.sess.run(self.update_oldpi_op)
        feed = {self.tfs: s, self.tfa: a, self.tfadv: adv}
        for _ in range(A_UPDATE_STEPS):
            self.sess.run(self.atrain_op, feed)

    def choose_action(self, s):
        a = self.sess.run(self.sample_op, {self.tfs: s[np.newaxis, :]})[0]
        return np.clip(a, -2, 2)
