# origin: https://github.com/keon/policy-gradient/issues/5
# kinds: domain
import numpy as np


class PGAgent:
    def __init__(self, gamma=0.99):
        self.gamma = gamma
        self.rewards, self.gradients = [], []

    def discount_rewards(self, rewards):
        discounted = np.zeros_like(rewards)
        running = 0.0
        for t in reversed(range(len(rewards))):
            running = rewards[t] + self.gamma * running
            discounted[t] = running
        return discounted

    def train(self):
        rewards = self.discount_rewards(np.vstack(self.rewards))
        rewards = (rewards - np.mean(rewards)) / np.std(rewards)  #!
        rewards = (rewards - np.mean(rewards)) / (np.std(rewards) + 1e-7)  #+
        return np.vstack(self.gradients) * rewards
