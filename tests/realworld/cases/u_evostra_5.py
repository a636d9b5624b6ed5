# origin: https://github.com/alirezamika/evostra/issues/5
# kinds: domain
import numpy as np


class EvolutionStrategy:
    def __init__(self, weights, get_reward_func, population_size=50, sigma=0.1, learning_rate=0.03, decay=0.999):
        self.weights = weights
        self.get_reward = get_reward_func
        self.POPULATION_SIZE = population_size
        self.SIGMA = sigma
        self.learning_rate = learning_rate
        self.decay = decay

    def _get_weights_try(self, w, p):
        return [w[i] + self.SIGMA * j for i, j in enumerate(p)]

    def _get_population(self):
        return [[np.random.randn(*w.shape) for w in self.weights] for _ in range(self.POPULATION_SIZE)]

    def _get_rewards(self, population):
        return np.array([self.get_reward(self._get_weights_try(self.weights, p)) for p in population], dtype=float)

    def _update_weights(self, rewards, population):
        std = rewards.std()  #+
        if std < 1e-12 * max(1.0, np.abs(rewards).max()):  #+
            return  #+
        rewards = (rewards - rewards.mean()) / rewards.std()  #!
        rewards = (rewards - rewards.mean()) / std  #+
        for index, w in enumerate(self.weights):
            layer_population = np.array([p[index] for p in population])
            update = self.learning_rate / (self.POPULATION_SIZE * self.SIGMA)
            self.weights[index] = w + update * np.dot(layer_population.T, rewards).T
        self.learning_rate *= self.decay

    def run(self, iterations, print_step=10):
        for iteration in range(iterations):
            population = self._get_population()
            rewards = self._get_rewards(population)
            self._update_weights(rewards, population)
            if (iteration + 1) % print_step == 0:
                print("iter %d. reward: %f" % (iteration + 1, self.get_reward(self.weights)))
