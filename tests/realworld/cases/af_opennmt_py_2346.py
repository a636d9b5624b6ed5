# origin: https://github.com/OpenNMT/OpenNMT-py/pull/2346
# kinds: precision loss-scale
import torch
import torch.nn as nn


class Trainer(object):
    """Class that controls the training process of a half precision model.

    Args:
        model: translation model, its parameters are float16
        train_loss: training loss computation
        optim: optimizer over the float32 master parameters
        average_decay: cofficient to use for the moving average
        average_every: step interval of the average updates
    """

    def __init__(self, model, train_loss, lr=1e-3, average_decay=1e-4, average_every=1, loss_scale=1024.0):
        self.model = model
        self.train_loss = train_loss
        self.master = [p.detach().float().clone().requires_grad_(True) for p in model.parameters()]
        self.optim = torch.optim.Adam(self.master, lr=lr, betas=(0.9, 0.998))
        self.loss_scale = loss_scale
        self.average_decay = average_decay
        self.moving_average = None
        self.average_every = average_every

    def _update_average(self, step):
        if self.moving_average is None:
            copy_params = [params.detach().clone() for params in self.model.parameters()]  #!
            copy_params = [params.detach().float() for params in self.model.parameters()]  #+
            self.moving_average = copy_params
        else:
            average_decay = max(self.average_decay, 1 - (step + 1) / (step + 10))
            for (i, avg), cpt in zip(enumerate(self.moving_average), self.model.parameters()):
                self.moving_average[i] = (1 - average_decay) * avg + cpt.detach() * average_decay  #!
                self.moving_average[i] = (1 - average_decay) * avg + cpt.detach().float() * average_decay  #+

    def _optim_step(self):
        grads = [p.grad.float() / self.loss_scale for p in self.model.parameters()]
        if all(torch.isfinite(g).all() for g in grads):
            for master, grad in zip(self.master, grads):
                master.grad = grad
            torch.nn.utils.clip_grad_norm_(self.master, 1.0)
            self.optim.step()
            with torch.no_grad():
                for p, master in zip(self.model.parameters(), self.master):
                    p.copy_(master)
        else:
            self.loss_scale /= 2
        self.model.zero_grad(set_to_none=True)

    def train(self, train_iter, train_steps, save_checkpoint=None):
        for step, (src, tgt) in enumerate(train_iter, start=1):
            scores = self.model(src)
            loss = self.train_loss(scores.float().view(-1, scores.size(-1)), tgt.view(-1))
            (loss * self.loss_scale).backward()
            self._optim_step()
            if self.average_decay > 0 and step % self.average_every == 0:
                self._update_average(step)
            if step >= train_steps:
                break
        if save_checkpoint is not None:
            save_checkpoint(self.moving_average or list(self.model.parameters()))


def build_model(vocab_size, hidden=512):
    model = nn.Sequential(nn.Embedding(vocab_size, hidden), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, vocab_size))
    return model.half()
