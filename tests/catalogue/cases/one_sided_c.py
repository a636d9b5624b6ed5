# origin: one-sided differences
# kinds: NS220
import torch


class Checker:
    def __init__(self, loss, delta=1e-4):
        self.loss, self.delta = loss, delta

    def numeric(self, w):
        base = self.loss(w)  #-
        ahead = self.loss(w + self.delta)
        back = self.loss(w - self.delta)  #+
        return (ahead - base) / self.delta  #!
        return (ahead - back) / (2 * self.delta)  #+
