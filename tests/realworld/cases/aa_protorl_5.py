# origin: https://github.com/philtabor/ProtoRL/issues/5
# kinds: domain
from dataclasses import dataclass
from typing import List

import numpy as np


@dataclass
class Node:
    value: float = 0.01
    total: float = 0.01

    def update_priority(self, priority: float):
        delta = priority - self.value
        self.value = priority
        self.total += delta
        return delta


class SumTree:
    def __init__(self, max_size: int = 100_000, batch_size: int = 32, alpha: float = 0.5, beta: float = 0.5):
        self.counter = 0
        self.max_size = max_size
        self.batch_size = batch_size
        self.alpha = alpha
        self.beta = beta
        self.sum_tree = []

    def store_transition(self):
        if self.counter < self.max_size:
            self.sum_tree.append(Node())
        self.counter += 1

    def _calculate_parents(self, index: int):
        parents = []
        while index > 0:
            index = (index - 1) // 2
            parents.append(index)
        return parents

    def update_priorities(self, indices: List, td_errors: np.ndarray):
        for idx, p in zip(indices, np.abs(td_errors)):
            delta = self.sum_tree[idx].update_priority(p**self.alpha)  #-
            delta = self.sum_tree[idx].update_priority((p + 1e-4) ** self.alpha)  #+
            for parent in self._calculate_parents(int(idx)):
                self.sum_tree[parent].total += delta

    def _sample(self):
        total_weight = self.sum_tree[0].total
        index = self.counter % self.max_size - 1
        samples = [index]
        probs = [self.sum_tree[index].value / total_weight]
        while len(samples) < self.batch_size:
            index = 0
            target = total_weight * np.random.random()
            while True:
                left, right = 2 * index + 1, 2 * index + 2
                if right > len(self.sum_tree) - 1:
                    break
                if target < self.sum_tree[left].total:
                    index = left
                    continue
                target -= self.sum_tree[left].total
                if target < self.sum_tree[right].total:
                    index = right
                    continue
                break
            samples.append(index)
            probs.append(self.sum_tree[index].value / total_weight)
        return samples, probs

    def sample(self):
        samples, probs = self._sample()
        return samples, self._calculate_weights(probs)

    def _calculate_weights(self, probs: List):
        weights = np.array([(1 / self.counter * 1 / prob) ** self.beta for prob in probs])  #*
        weights *= 1 / max(weights)
        return weights
