# origin: https://github.com/tensorforce/tensorforce/pull/96
# kinds: domain underflow
"""
Categorical Deep Q network. Implements training and update logic as described
in the paper A Distributional Perspective on Reinforcement Learning.
"""
import tensorflow as tf


class CategoricalDQNModel(object):

    default_config = dict(
        distribution_max=10.0,
        distribution_min=-10.0,
        num_atoms=51,
        discount=0.99,
        learning_rate=2.5e-4,
    )

    def __init__(self, state_dim, num_actions, **config):
        cfg = dict(CategoricalDQNModel.default_config, **config)
        self.distribution_max = cfg["distribution_max"]
        self.distribution_min = cfg["distribution_min"]
        self.num_atoms = cfg["num_atoms"]
        self.discount = cfg["discount"]
        self.num_actions = num_actions
        self.scaling_increment = (self.distribution_max - self.distribution_min) / (self.num_atoms - 1)
        self.quantized_steps = self.distribution_min + self.scaling_increment * tf.range(
            self.num_atoms, dtype=tf.float32)

        self.state = tf.placeholder(tf.float32, (None, state_dim))
        self.next_state = tf.placeholder(tf.float32, (None, state_dim))
        self.action = tf.placeholder(tf.int32, (None,))
        self.reward = tf.placeholder(tf.float32, (None,))
        self.terminal = tf.placeholder(tf.float32, (None,))
        self.create_tf_operations(cfg)

    def network(self, state, scope):
        with tf.variable_scope(scope, reuse=tf.AUTO_REUSE):
            x = tf.layers.dense(state, 64, activation=tf.nn.relu)
            x = tf.layers.dense(x, 64, activation=tf.nn.relu)
            logits = tf.layers.dense(x, self.num_actions * self.num_atoms)
        logits = tf.reshape(logits, (-1, self.num_actions, self.num_atoms))
        return tf.nn.softmax(logits, dim=-1)

    def create_tf_operations(self, cfg):
        training_output = self.network(self.state, "training")
        target_output = tf.stop_gradient(self.network(self.next_state, "target"))

        q_values = tf.reduce_sum(target_output * self.quantized_steps, axis=2)
        next_action = tf.one_hot(tf.argmax(q_values, axis=1), self.num_actions)
        probabilities_next = tf.reduce_sum(target_output * next_action[:, :, None], axis=1)

        action_one_hot = tf.one_hot(self.action, self.num_actions)
        probabilities = tf.reduce_sum(training_output * action_one_hot[:, :, None], axis=1)

        # projection of the discounted target distribution on the support
        reward = self.reward[:, None] + (1.0 - self.terminal[:, None]) * self.discount * self.quantized_steps
        reward = tf.clip_by_value(reward, self.distribution_min, self.distribution_max)
        weight = 1.0 - tf.abs(reward[:, None, :] - self.quantized_steps[None, :, None]) / self.scaling_increment
        target = tf.reduce_sum(tf.clip_by_value(weight, 0.0, 1.0) * probabilities_next[:, None, :], axis=2)

        loss_per_instance = -tf.reduce_sum(target * tf.log(probabilities), axis=1)  #!
        loss_per_instance = -tf.reduce_sum(target * tf.log(probabilities + 1e-6), axis=1)  #+
        self.loss_per_instance = loss_per_instance
        self.loss = tf.reduce_mean(loss_per_instance)
        optimizer = tf.train.AdamOptimizer(cfg["learning_rate"])
        self.optimize = optimizer.minimize(
            self.loss, var_list=tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, "training"))
