# origin: skipping NaN losses silently
# kinds: NS506
import math

import torch


class Trainer:
    def train(self, loader):
        for batch in loader:
            self.opt.zero_grad()
            loss = self.loss(batch)
            if math.isnan(loss.item()):  #!
                continue  #-
            if math.isnan(loss.item()):  #+
                raise FloatingPointError("loss is nan")  #+
            loss.backward()
            self.opt.step()
