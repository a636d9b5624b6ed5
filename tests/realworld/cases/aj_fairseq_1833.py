# origin: https://github.com/pytorch/fairseq/issues/1833
# kinds: overflow
import math
import random

import numpy as np


class Annealer:
    """Simulated annealing for delivery tours, with a geometric cooling schedule."""

    def __init__(self, distances, t_start=1e3, t_end=1e-3, steps=20000, seed=0):
        self.d = np.asarray(distances, dtype=float)
        self.t_start = t_start
        self.t_end = t_end
        self.steps = steps
        self.rng = random.Random(seed)

    def length(self, tour):
        return float(self.d[tour, np.roll(tour, -1)].sum())

    def temperature(self, step):
        frac = step / max(self.steps - 1, 1)
        return self.t_start * (self.t_end / self.t_start) ** frac

    def propose(self, tour):
        i, j = sorted(self.rng.sample(range(len(tour)), 2))
        new = tour.copy()
        new[i:j + 1] = new[i:j + 1][::-1]
        return new

    def accept(self, current, candidate, temp):
        if candidate <= current:  #+
            return True  #+
        prob = math.exp((current - candidate) / temp)  #*
        return self.rng.random() < prob

    def run(self, tour=None):
        n = len(self.d)
        tour = np.arange(n) if tour is None else np.asarray(tour)
        cost = self.length(tour)
        best, best_cost = tour, cost
        for step in range(self.steps):
            temp = self.temperature(step)
            cand = self.propose(tour)
            cand_cost = self.length(cand)
            if self.accept(cost, cand_cost, temp):
                tour, cost = cand, cand_cost
                if cost < best_cost:
                    best, best_cost = tour, cost
        return best, best_cost


def euclidean(points):
    diff = points[:, None, :] - points[None, :, :]
    return np.sqrt((diff ** 2).sum(axis=-1))
