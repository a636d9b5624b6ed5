# origin: https://github.com/ray-project/ray/issues/4440
# kinds: domain
import numpy as np
import tensorflow as tf


class ActionDistribution(object):
    """The policy action distribution of an agent.

    Args:
      inputs (Tensor): The input vector to compute samples from.
    """

    def __init__(self, inputs):
        self.inputs = inputs
        self.sample_op = self._build_sample_op()

    def sample(self):
        """Draw a sample from the action distribution."""
        return self.sample_op

    def sampled_action_prob(self):
        return tf.exp(self.logp(self.sample_op))


class Dirichlet(ActionDistribution):
    """Dirichlet distribution for continuous actions that are between
    [0,1] and sum to 1.

    e.g. actions that represent resource allocation."""

    def __init__(self, inputs):
        self.dist = tf.distributions.Dirichlet(concentration=inputs)  #!
        self.epsilon = 1e-7  #+
        concentration = tf.nn.softplus(inputs) + self.epsilon  #+
        self.dist = tf.distributions.Dirichlet(  #+
            concentration=concentration, validate_args=True, allow_nan_stats=False)  #+
        ActionDistribution.__init__(self, inputs)

    def logp(self, x):
        return self.dist.log_prob(x)  #-
        # the support of Dirichlet is an open set  #+
        x = tf.maximum(x, self.epsilon)  #+
        x = x / tf.reduce_sum(x, axis=-1, keepdims=True)  #+
        return self.dist.log_prob(x)  #+

    def entropy(self):
        return self.dist.entropy()

    def kl(self, other):
        return self.dist.kl_divergence(other.dist)

    def _build_sample_op(self):
        return self.dist.sample()


class PolicyGraph(object):
    def __init__(self, obs_dim, num_assets, hiddens=(64, 64), lr=5e-4):
        self.obs = tf.placeholder(tf.float32, (None, obs_dim))
        self.prev_actions = tf.placeholder(tf.float32, (None, num_assets))
        self.advantages = tf.placeholder(tf.float32, (None,))
        out = self.obs
        for i, size in enumerate(hiddens):
            out = tf.layers.dense(out, size, activation=tf.nn.tanh, name="fc%d" % i)
        self.logits = tf.layers.dense(
            out, num_assets, activation=None, name="fc_out",
            kernel_initializer=tf.random_normal_initializer(stddev=0.01))
        self.action_dist = Dirichlet(self.logits)
        self.action = self.action_dist.sample()
        self.loss = -tf.reduce_mean(self.action_dist.logp(self.prev_actions) * self.advantages)
        self.train_op = tf.train.AdamOptimizer(lr).minimize(self.loss)

    def compute_action(self, sess, obs):
        return sess.run(self.action, {self.obs: np.atleast_2d(obs)})[0]
