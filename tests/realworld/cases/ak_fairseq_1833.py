# origin: https://github.com/pytorch/fairseq/issues/1833
# kinds: overflow
import math
import random

import numpy as np


class Annealer:
    """Simulated annealing for the placement of macros on a grid."""

    def __init__(self, nets, n_cells, grid=64, t_start=200.0, t_end=1e-2, seed=0):
        self.nets = [np.asarray(n) for n in nets]
        self.grid = grid
        self.t_start = t_start
        self.t_end = t_end
        self.rng = random.Random(seed)
        spots = self.rng.sample(range(grid * grid), n_cells)
        self.pos = np.array([(s // grid, s % grid) for s in spots], dtype=np.int64)

    def wirelength(self):
        total = 0
        for net in self.nets:
            pts = self.pos[net]
            total += int((pts.max(axis=0) - pts.min(axis=0)).sum())
        return total

    def accept(self, old, new, temperature):
        chance = math.exp((old - new) / temperature)  #!
        chance = math.exp(min(0.0, (old - new) / temperature))  #+
        return self.rng.random() < chance

    def run(self, steps=100_000):
        cost = self.wirelength()
        best, best_pos = cost, self.pos.copy()
        cooling = (self.t_end / self.t_start) ** (1.0 / steps)
        temperature = self.t_start
        for _ in range(steps):
            a, b = self.rng.sample(range(len(self.pos)), 2)
            self.pos[[a, b]] = self.pos[[b, a]]
            proposal = self.wirelength()
            if self.accept(cost, proposal, temperature):
                cost = proposal
                if cost < best:
                    best, best_pos = cost, self.pos.copy()
            else:
                self.pos[[a, b]] = self.pos[[b, a]]
            temperature *= cooling
        self.pos = best_pos
        return best
