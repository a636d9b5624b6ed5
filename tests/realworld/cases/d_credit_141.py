# origin: https://github.com/NCAR/miles-credit/pull/141
# kinds: loss-scale explosion precision underflow
import torch
from torch.cuda.amp import GradScaler


class Trainer:
    def __init__(self, model, conf):
        self.model = model
        self.conf = conf
        self.scaler = GradScaler(enabled=conf["amp"])

    def train_one_epoch(self, loader, optimizer, criterion):
        for x, y in loader:
            optimizer.zero_grad()
            with torch.autocast(device_type="cuda", enabled=self.conf["amp"]):
                loss = criterion(self.model(x), y)
            self.scaler.scale(loss).backward()
            self.scaler.unscale_(optimizer)  #+
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), max_norm=1.0)  #*
            self.scaler.step(optimizer)
            self.scaler.update()
