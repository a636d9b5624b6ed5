# origin: clipping by value
# kinds: NS508
import torch
from torch.nn.utils import clip_grad_value_, clip_grad_norm_


class T:
    def step(self, loss):
        self.opt.zero_grad()
        loss.backward()
        clip_grad_value_(self.net.parameters(), 0.5)  #!
        clip_grad_norm_(self.net.parameters(), 0.5)  #+
        self.opt.step()
