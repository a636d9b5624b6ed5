# origin: https://github.com/mindsdb/lightwood/pull/380
# kinds: loss-scale underflow method
import torch
from torch.cuda.amp import GradScaler, autocast
from torch.utils.data import DataLoader


class NnMixer:
    def __init__(self, net, optimizer_class, optimizer_args, criterion, batch_size=200):
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.net = net.to(self.device)
        self.optimizer = optimizer_class(self.net.parameters(), **optimizer_args)
        self.criterion = criterion
        self.batch_size = batch_size
        self.scaler = GradScaler(enabled=self.device.type == "cuda")  #+

    def _iter_fit(self, ds, max_epochs=120):
        loader = DataLoader(ds, batch_size=self.batch_size, shuffle=True)
        for epoch in range(max_epochs):
            self.net.train()
            running_loss, count = 0.0, 0
            for inputs, labels in loader:
                inputs = inputs.to(self.device)
                labels = labels.to(self.device)
                self.optimizer.zero_grad()
                with autocast(enabled=self.device.type == "cuda"):
                    outputs = self.net(inputs)
                    loss = self.criterion(outputs, labels)
                loss.backward()  #!
                self.optimizer.step()  #-
                self.scaler.scale(loss).backward()  #+
                self.scaler.step(self.optimizer)  #+
                self.scaler.update()  #+
                running_loss += loss.item()
                count += 1
            yield running_loss / max(count, 1)

    def fit(self, train_ds, stop_after):
        best = float("inf")
        stale = 0
        for error in self._iter_fit(train_ds):
            stale = 0 if error < best else stale + 1
            best = min(best, error)
            if stale > stop_after:
                break
        return best
