# origin: https://github.com/MorvanZhou/Reinforcement-learning-with-tensorflow/issues/99
# kinds: domain
import numpy as np
import tensorflow as tf


class PolicyGradient:
    def __init__(self, n_actions, n_features, learning_rate=0.01, reward_decay=0.95):
        self.n_actions = n_actions
        self.n_features = n_features
        self.gamma = reward_decay

        self.ep_obs, self.ep_as, self.ep_rs = [], [], []

        self.net = tf.keras.Sequential([
            tf.keras.layers.Input(shape=(n_features,)),
            tf.keras.layers.Dense(10, activation="tanh"),
            tf.keras.layers.Dense(n_actions),
        ])
        self.optimizer = tf.keras.optimizers.Adam(learning_rate)

    def choose_action(self, observation):
        logits = self.net(observation[np.newaxis, :].astype(np.float32))
        prob_weights = tf.nn.softmax(logits).numpy().astype(np.float64).ravel()
        prob_weights /= prob_weights.sum()
        return np.random.choice(range(self.n_actions), p=prob_weights)

    def store_transition(self, s, a, r):
        self.ep_obs.append(s)
        self.ep_as.append(a)
        self.ep_rs.append(r)

    def learn(self):
        # discount and normalize episode reward
        discounted_ep_rs_norm = self._discount_and_norm_rewards()

        with tf.GradientTape() as tape:
            logits = self.net(np.vstack(self.ep_obs).astype(np.float32))
            # to maximize total reward (log_p * R) is to minimize -(log_p * R)
            neg_log_prob = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=np.array(self.ep_as))
            loss = tf.reduce_mean(neg_log_prob * discounted_ep_rs_norm)  # reward guided loss
        grads = tape.gradient(loss, self.net.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.net.trainable_variables))

        self.ep_obs, self.ep_as, self.ep_rs = [], [], []  # empty episode data
        return discounted_ep_rs_norm

    def _discount_and_norm_rewards(self):
        # discount episode rewards
        discounted_ep_rs = np.zeros(len(self.ep_rs), dtype=np.float32)
        running_add = 0
        for t in reversed(range(0, len(self.ep_rs))):
            running_add = running_add * self.gamma + self.ep_rs[t]
            discounted_ep_rs[t] = running_add

        # normalize episode rewards
        discounted_ep_rs -= np.mean(discounted_ep_rs)
        discounted_ep_rs /= np.std(discounted_ep_rs)  #!
        discounted_ep_rs /= np.std(discounted_ep_rs) + 1e-8  #+
        return discounted_ep_rs


def run(env, episodes=3000):
    RL = PolicyGradient(n_actions=env.n_actions, n_features=env.n_features)
    for i_episode in range(episodes):
        observation, done = env.reset(), False
        while not done:
            action = RL.choose_action(observation)
            observation_, reward, done = env.step(action)
            RL.store_transition(observation, action, reward)
            observation = observation_
        RL.learn()
