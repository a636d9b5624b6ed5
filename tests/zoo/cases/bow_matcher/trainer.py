"""A small trainer with callbacks."""


class Callback:
    def on_epoch_start(self, trainer): ...
    def on_step_end(self, trainer, loss): ...
    def on_epoch_end(self, trainer): ...


class MeanLoss(Callback):
    def on_epoch_start(self, trainer):
        self.values = []

    def on_step_end(self, trainer, loss):
        self.values.append(loss)

    def on_epoch_end(self, trainer):
        print(f"epoch {trainer.epoch}: mean loss {sum(self.values) / len(self.values):.4f}")


class StepDecay(Callback):
    def __init__(self, gamma):
        self.gamma = gamma

    def on_epoch_end(self, trainer):
        for group in trainer.optimizer.param_groups:
            group["lr"] *= self.gamma


class Trainer:
    def __init__(self, model, optimizer, criterion, callbacks=()):
        self.model, self.optimizer, self.criterion = model, optimizer, criterion
        self.callbacks = list(callbacks)
        self.epoch = 0

    def _call(self, hook, *args):
        for cb in self.callbacks:
            getattr(cb, hook)(self, *args)

    def fit(self, loader, epochs):
        for self.epoch in range(epochs):
            self._call("on_epoch_start")
            for batch in loader:
                loss = self.training_step(batch)
                self._call("on_step_end", loss)
            self._call("on_epoch_end")

    def training_step(self, batch):
        left, right, label = batch
        loss = self.criterion(self.model(*left), self.model(*right), label)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()
