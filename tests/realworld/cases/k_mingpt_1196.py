# origin: https://github.com/pytorch/examples/issues/1196
# kinds: loss-scale explosion precision
from dataclasses import dataclass
from typing import Optional

import torch
from torch.nn.parallel import DistributedDataParallel as DDP


@dataclass
class TrainerConfig:
    max_epochs: Optional[int] = None
    batch_size: Optional[int] = None
    grad_norm_clip: Optional[float] = None
    use_amp: Optional[bool] = None


class Trainer:
    def __init__(self, trainer_config: TrainerConfig, model, optimizer, train_loader):
        self.config = trainer_config
        self.local_rank = 0
        self.train_loader = train_loader
        self.optimizer = optimizer
        self.model = DDP(model.to(self.local_rank), device_ids=[self.local_rank])
        if self.config.use_amp:
            self.scaler = torch.cuda.amp.GradScaler()

    def _run_batch(self, source, targets, train: bool = True) -> float:
        with torch.set_grad_enabled(train), torch.amp.autocast("cuda", dtype=torch.float16, enabled=self.config.use_amp):
            _, loss = self.model(source, targets)
        if train:
            self.optimizer.zero_grad(set_to_none=True)
            if self.config.use_amp:
                self.scaler.scale(loss).backward()
                self.scaler.unscale_(self.optimizer)  #+
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.grad_norm_clip)  #!
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.grad_norm_clip)  #+
                self.scaler.step(self.optimizer)
                self.scaler.update()
            else:
                loss.backward()
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.grad_norm_clip)
                self.optimizer.step()
        return loss.item()

    def _run_epoch(self, epoch, dataloader, train=True):
        for source, targets in dataloader:
            self._run_batch(source.to(self.local_rank), targets.to(self.local_rank), train)
