# origin: time stamps beyond the format's integers
# kinds: NS210
import time

import torch


class Clock:
    def features(self, n):
        return torch.tensor(time.time()).repeat(n)  #!
        return torch.tensor(time.time(), dtype=torch.float64).repeat(n)  #+
