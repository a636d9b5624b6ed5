# origin: https://github.com/rwth-i6/returnn/pull/1595
# kinds: loss-scale explosion precision underflow
import torch


class Updater:
    def __init__(self, optimizer, network, grad_clip=0.0, grad_scaler=None):
        self.optimizer = optimizer
        self.network = network
        self._grad_clip = grad_clip
        self._grad_scaler = torch.amp.GradScaler("cuda") if grad_scaler is None else grad_scaler

    def step(self, loss):
        self._grad_scaler.scale(loss).backward()
        if self._grad_clip:
            self._grad_scaler.unscale_(self.optimizer)  #+
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), self._grad_clip)  #*
        self._grad_scaler.step(self.optimizer)
        self._grad_scaler.update()
        self.optimizer.zero_grad()
