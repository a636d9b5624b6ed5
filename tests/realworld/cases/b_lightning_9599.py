# origin: https://github.com/Lightning-AI/pytorch-lightning/issues/9599
# kinds: loss-scale
import torch
from torch.nn.utils import clip_grad_norm_


class Loop:
    def __init__(self, model, optimizer, gradient_clip_val):
        self.model, self.optimizer = model, optimizer
        self.gradient_clip_val = gradient_clip_val
        self.scaler = torch.cuda.amp.GradScaler()

    def run_batch(self, batch):
        with torch.cuda.amp.autocast():
            loss = self.model(batch).mean()
        self.scaler.scale(loss).backward()
        self.scaler.unscale_(self.optimizer)  #+
        clip_grad_norm_(self.model.parameters(), self.gradient_clip_val)  #*
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad()
