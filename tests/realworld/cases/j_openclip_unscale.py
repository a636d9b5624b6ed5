# origin: https://github.com/allenai/allennlp/pull/5426
# kinds: loss-scale explosion precision underflow
from typing import Any, Dict, Optional

import torch
from torch.nn.utils import clip_grad_norm_


class GradientDescentTrainer:
    def __init__(self, model, optimizer, grad_norm: Optional[float] = None, use_amp: bool = False):
        self.model, self.optimizer = model, optimizer
        self._grad_norm = grad_norm
        self._scaler = torch.cuda.amp.GradScaler() if use_amp else None

    def clip_gradient(self):
        if self._grad_norm:
            if self._scaler is not None:  #+
                self._scaler.unscale_(self.optimizer)  #+
            clip_grad_norm_([p for p in self.model.parameters() if p.grad is not None], self._grad_norm)  #*

    def batch_loss(self, batch: Dict[str, Any]):
        with torch.cuda.amp.autocast(self._scaler is not None):
            return self.model(**batch)["loss"]

    def _train_epoch(self, loader):
        total = 0.0
        for batch in loader:
            for p in self.model.parameters():
                p.grad = None
            loss = self.batch_loss(batch)
            if self._scaler is not None:
                self._scaler.scale(loss).backward()
            else:
                loss.backward()
            self.clip_gradient()
            if self._scaler is not None:
                self._scaler.step(self.optimizer)
                self._scaler.update()
            else:
                self.optimizer.step()
            total += loss.item()
        return total / max(len(loader), 1)
