# origin: https://github.com/OpenNMT/OpenNMT-py/pull/1294
# kinds: precision underflow loss-scale
import torch
import torch.nn as nn


class Trainer(object):
    """Controls the training process; keeps an exponential moving average of the weights."""

    def __init__(self, model, train_loss, optim, average_decay=1e-4, average_every=1,
                 model_dtype="fp16"):
        self.model = model
        self.train_loss = train_loss
        self.optim = optim
        self.average_decay = average_decay
        self.average_every = average_every
        self.moving_average = None
        if model_dtype == "fp16":
            self.model.half()
        self.model.train()

    def _update_average(self, step):
        if self.moving_average is None:
            copy_params = [params.detach().clone() for params in self.model.parameters()]  #-
            copy_params = [params.detach().float() for params in self.model.parameters()]  #+
            self.moving_average = copy_params
        else:
            average_decay = max(self.average_decay, 1 - (step + 1) / (step + 10))
            for (i, avg), cpt in zip(enumerate(self.moving_average), self.model.parameters()):
                self.moving_average[i] = (1 - average_decay) * avg + cpt.detach() * average_decay  #!
                self.moving_average[i] = (1 - average_decay) * avg + cpt.detach().float() * average_decay  #+

    def train(self, train_iter, train_steps):
        for step, (src, tgt) in enumerate(train_iter, start=1):
            self.optim.zero_grad()
            loss = self.train_loss(self.model(src), tgt)
            self.optim.backward(loss)
            self.optim.step()
            if self.average_decay > 0 and step % self.average_every == 0:
                self._update_average(step)
            if step >= train_steps:
                break

    def save(self, path):
        real_params = [p.data.clone() for p in self.model.parameters()]
        if self.moving_average is not None:
            for avg, param in zip(self.moving_average, self.model.parameters()):
                param.data = avg.to(param.dtype)
        torch.save(self.model.state_dict(), path)
        for real, param in zip(real_params, self.model.parameters()):
            param.data = real


def build_generator(hidden_size, vocab_size):
    return nn.Sequential(nn.Linear(hidden_size, vocab_size), nn.LogSoftmax(dim=-1))
