# origin: https://github.com/Deci-AI/super-gradients/pull/653
# kinds: loss-scale explosion method loss-scale vanishing
import torch
from torch.amp import GradScaler, autocast


class Trainer:
    def __init__(self, net, criterion, optimizer, training_params, device="cuda"):
        self.net = net.to(device)
        self.criterion = criterion
        self.optimizer = optimizer
        self.training_params = training_params
        self.device = device
        self.batch_accumulate = training_params.batch_accumulate
        self.scaler = GradScaler(device, enabled=training_params.mixed_precision)

    def _train_epoch(self, epoch, train_loader):
        self.net.train()
        self.optimizer.zero_grad()
        running = 0.0
        for batch_idx, (inputs, targets) in enumerate(train_loader):
            inputs = inputs.to(self.device, non_blocking=True)
            targets = targets.to(self.device, non_blocking=True)
            with autocast(self.device, enabled=self.training_params.mixed_precision):
                outputs = self.net(inputs)
                loss = self.criterion(outputs, targets)
            is_last = batch_idx + 1 == len(train_loader)
            self._backward_step(loss / self.batch_accumulate, batch_idx, is_last)
            running += loss.item()
        return running / max(len(train_loader), 1)

    def _backward_step(self, loss, batch_idx, is_last):
        max_norm = self.training_params.clip_grad_norm
        self.scaler.scale(loss).backward()
        if max_norm:  #-
            torch.nn.utils.clip_grad_norm_(self.net.parameters(), max_norm)  #!

        if (batch_idx + 1) % self.batch_accumulate == 0 or is_last:
            if max_norm:  #+
                self.scaler.unscale_(self.optimizer)  #+
                torch.nn.utils.clip_grad_norm_(self.net.parameters(), max_norm)  #+
            self.scaler.step(self.optimizer)
            self.scaler.update()
            self.optimizer.zero_grad()

    def train(self, train_loader, scheduler=None):
        for epoch in range(self.training_params.max_epochs):
            loss = self._train_epoch(epoch, train_loader)
            if scheduler is not None:
                scheduler.step()
            print(f"epoch {epoch}: {loss:.4f}")
