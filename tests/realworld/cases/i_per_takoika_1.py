# origin: https://github.com/takoika/PrioritizedExperienceReplay/issues/1
# kinds: domain
import random

import numpy as np


class SumTree:
    def __init__(self, capacity):
        self.capacity = capacity
        self.tree = np.zeros(2 * capacity - 1)
        self.data = [None] * capacity
        self.cursor, self.size = 0, 0

    def total(self):
        return self.tree[0]

    def add(self, priority, data):
        index = self.cursor + self.capacity - 1
        self.data[self.cursor] = data
        self.update(index, priority)
        self.cursor = (self.cursor + 1) % self.capacity
        self.size = min(self.size + 1, self.capacity)

    def update(self, index, priority):
        change = priority - self.tree[index]
        while index >= 0:
            self.tree[index] += change
            index = (index - 1) // 2


class PrioritizedMemory:
    def __init__(self, capacity, alpha=0.6, epsilon=1e-5):
        self.tree, self.alpha, self.epsilon = SumTree(capacity), alpha, epsilon

    def store(self, td_error, transition):
        self.tree.add(np.abs(td_error) ** self.alpha, transition)  #-
        self.tree.add((np.abs(td_error) + self.epsilon) ** self.alpha, transition)  #+

    def importance(self, td_errors, beta):
        priorities = np.abs(td_errors) ** self.alpha  #-
        priorities = (np.abs(td_errors) + self.epsilon) ** self.alpha  #+
        probabilities = priorities / priorities.sum()  #*
        weights = (self.tree.size * probabilities) ** -beta
        return weights / weights.max()
