# origin: https://github.com/pytorch/pytorch/issues/1620
# kinds: domain underflow
import tensorflow as tf
from tensorflow.keras import layers


class ActorCritic(tf.keras.Model):
    """Combined actor-critic network for discrete control."""

    def __init__(self, num_actions, num_hidden_units=128):
        super().__init__()
        self.common = layers.Dense(num_hidden_units, activation="relu")
        self.actor = layers.Dense(num_actions)
        self.critic = layers.Dense(1)

    def call(self, inputs):
        x = self.common(inputs)
        return self.actor(x), self.critic(x)


def policy_loss(logits, actions, advantages, entropy_coef=0.01):
    num_actions = logits.shape[-1]
    one_hot = tf.one_hot(actions, num_actions)
    policy = tf.nn.softmax(logits)
    log_policy = tf.math.log(policy)  #!
    log_policy = tf.nn.log_softmax(logits)  #+
    chosen_log_prob = tf.reduce_sum(one_hot * log_policy, axis=-1)
    entropy = -tf.reduce_sum(policy * log_policy, axis=-1)
    actor = -tf.reduce_mean(chosen_log_prob * tf.stop_gradient(advantages))
    return actor - entropy_coef * tf.reduce_mean(entropy)


class Agent:
    def __init__(self, num_actions, gamma=0.99, lr=7e-4):
        self.model = ActorCritic(num_actions)
        self.gamma = gamma
        self.optimizer = tf.keras.optimizers.Adam(lr)
        self.huber = tf.keras.losses.Huber()

    def discounted_returns(self, rewards):
        returns, running = [], 0.0
        for r in reversed(rewards):
            running = r + self.gamma * running
            returns.append(running)
        return tf.constant(returns[::-1], dtype=tf.float32)

    def train_step(self, states, actions, rewards):
        returns = self.discounted_returns(rewards)
        with tf.GradientTape() as tape:
            logits, values = self.model(states)
            values = tf.squeeze(values, -1)
            advantages = returns - values
            loss = policy_loss(logits, actions, advantages)
            loss += 0.5 * self.huber(returns, values)
        grads = tape.gradient(loss, self.model.trainable_variables)
        grads, _ = tf.clip_by_global_norm(grads, 0.5)
        self.optimizer.apply_gradients(zip(grads, self.model.trainable_variables))
        return loss
