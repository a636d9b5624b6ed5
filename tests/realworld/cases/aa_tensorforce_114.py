# origin: https://github.com/tensorforce/tensorforce/issues/114
# kinds: overflow domain
import tensorflow as tf

epsilon = 1e-6


class Linear(object):
    def __init__(self, size, bias=0.0, scope="linear"):
        self.size = size
        self.bias = bias
        self.scope = scope

    def apply(self, x):
        return tf.layers.dense(x, self.size, bias_initializer=tf.constant_initializer(self.bias), name=self.scope)


class Beta(object):
    """Beta distribution for bounded continuous actions."""

    def __init__(self, shape, min_value, max_value, alpha=0.0, beta=0.0, scope="beta"):
        self.shape = shape
        self.min_value = min_value
        self.max_value = max_value
        self.alpha = Linear(size=shape, bias=alpha, scope=scope + "/alpha")
        self.beta = Linear(size=shape, bias=beta, scope=scope + "/beta")

    def parameterize(self, x):
        alpha = self.alpha.apply(x)
        alpha = tf.log(tf.exp(alpha) + 1.0) + 1.0  #!
        alpha = tf.nn.softplus(alpha) + 1.0  #+

        beta = self.beta.apply(x)
        beta = tf.log(tf.exp(beta) + 1.0) + 1.0  #!
        beta = tf.nn.softplus(beta) + 1.0  #+

        alpha_beta = tf.maximum(alpha + beta, epsilon)
        log_norm = tf.lgamma(alpha) + tf.lgamma(beta) - tf.lgamma(alpha_beta)
        return alpha, beta, alpha_beta, log_norm

    def sample(self, distr_params):
        alpha, beta, alpha_beta, _ = distr_params
        alpha_sample = tf.random_gamma(shape=(), alpha=alpha)
        beta_sample = tf.random_gamma(shape=(), alpha=beta)
        sampled = beta_sample / tf.maximum(alpha_sample + beta_sample, epsilon)
        return self.min_value + (self.max_value - self.min_value) * sampled

    def log_probability(self, distr_params, action):
        alpha, beta, _, log_norm = distr_params
        action = (action - self.min_value) / (self.max_value - self.min_value)
        action = tf.clip_by_value(action, epsilon, 1.0 - epsilon)
        return (beta - 1.0) * tf.log(action) + (alpha - 1.0) * tf.log1p(-action) - log_norm


def policy_gradient_train_op(states, actions, advantages, action_size, low, high, learning_rate=1e-3):
    x = tf.layers.dense(states, 64, activation=tf.nn.tanh)
    x = tf.layers.dense(x, 64, activation=tf.nn.tanh)
    distribution = Beta(action_size, low, high)
    distr_params = distribution.parameterize(x)
    log_prob = tf.reduce_sum(distribution.log_probability(distr_params, actions), axis=1)
    loss = -tf.reduce_mean(log_prob * advantages)
    optimizer = tf.train.AdamOptimizer(learning_rate)
    grads, variables = zip(*optimizer.compute_gradients(loss))
    grads, _ = tf.clip_by_global_norm(grads, 1.0)
    return distribution.sample(distr_params), optimizer.apply_gradients(zip(grads, variables))
