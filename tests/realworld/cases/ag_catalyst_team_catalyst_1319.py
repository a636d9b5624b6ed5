# origin: https://github.com/catalyst-team/catalyst/issues/1319
# kinds: method loss-scale
from functools import partial

import torch
import torch.nn as nn


class AMPEngine:
    def __init__(self, device="cuda"):
        self.device = device
        self.scaler = torch.amp.GradScaler(device)

    def autocast(self):
        return torch.autocast(self.device, dtype=torch.float16)

    def backward_loss(self, loss, model, optimizer):
        self.scaler.scale(loss).backward()

    def unscale_gradients(self, optimizer):
        self.scaler.unscale_(optimizer)

    def optimizer_step(self, loss, model, optimizer):
        self.scaler.step(optimizer)
        self.scaler.update()

    def zero_grad(self, loss, model, optimizer):
        model.zero_grad()


class OptimizerCallback:
    def __init__(self, metric_key, accumulation_steps=1, grad_clip_fn=None, grad_clip_params=None):
        self.metric_key = metric_key
        self.accumulation_steps = accumulation_steps
        self._accumulation_counter = 0
        self.grad_clip_fn = grad_clip_fn
        if grad_clip_params is not None:
            self.grad_clip_fn = partial(self.grad_clip_fn, **grad_clip_params)

    def on_batch_end(self, runner):
        self._accumulation_counter += 1
        need_gradient_step = self._accumulation_counter % self.accumulation_steps == 0

        loss = runner.batch_metrics[self.metric_key]
        runner.engine.backward_loss(loss, runner.model, runner.optimizer)

        if self.grad_clip_fn is not None:  #-
            self.grad_clip_fn(runner.model.parameters())  #!

        if need_gradient_step:
            runner.engine.unscale_gradients(runner.optimizer)  #+
            if self.grad_clip_fn is not None:  #+
                self.grad_clip_fn(runner.model.parameters())  #+
            runner.engine.optimizer_step(loss, runner.model, runner.optimizer)
            runner.engine.zero_grad(loss, runner.model, runner.optimizer)


class SupervisedRunner:
    def train(self, model, criterion, optimizer, loader, callback, engine, num_epochs=1):
        self.model, self.optimizer, self.engine = model, optimizer, engine
        self.batch_metrics = {}
        for _ in range(num_epochs):
            for features, targets in loader:
                with engine.autocast():
                    self.batch_metrics["loss"] = criterion(model(features), targets)
                callback.on_batch_end(self)


def main(loader, num_features=10, num_items=10, device="cuda"):
    model = nn.Sequential(nn.Linear(num_features, 64), nn.ReLU(), nn.Linear(64, num_items)).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    callback = OptimizerCallback("loss", grad_clip_fn=nn.utils.clip_grad_norm_,
                                 grad_clip_params={"max_norm": 1.0})
    SupervisedRunner().train(model, nn.BCEWithLogitsLoss(), optimizer, loader, callback, AMPEngine(device))
    return model
