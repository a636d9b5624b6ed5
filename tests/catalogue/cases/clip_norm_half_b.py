# origin: norm in half inside clipping
# kinds: NS111 NS110 NS612
import torch


class Trainer:
    def __init__(self, model):
        self.model = model.cuda().half()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.1, eps=1e-4)

    def clip(self, limit=1.0):
        squares = [(p.grad**2).sum() for p in self.model.parameters()]  #!
        squares = [(p.grad.float() ** 2).sum() for p in self.model.parameters()]  #+
        norm = torch.stack(squares).sum().clamp(min=1e-12).sqrt()
        for p in self.model.parameters():
            p.grad.mul_(min(1.0, limit / float(norm)))
