import numpy as np

class Meter:
    def __init__(self):
        self.n, self.s, self.s2 = 0, 0.0, 0.0
    def add(self, x):
        self.n += 1
        self.s += x
        self.s2 += x * x
    def var(self):
        m = self.s / self.n
        return self.s2 / self.n - m * m  # NS204
