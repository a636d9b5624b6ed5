# origin: https://github.com/TorchSSL/TorchSSL/pull/59
# kinds: loss-scale explosion precision underflow
import torch
from torch.cuda.amp import GradScaler, autocast
from contextlib import nullcontext


class FixMatch:
    def __init__(self, model, optimizer, scheduler, lambda_u):
        self.model = model
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.lambda_u = lambda_u

    def train(self, args):
        scaler = GradScaler()
        amp_cm = autocast if args.amp else nullcontext
        for x_lb, y_lb, x_ulb in args.loader:
            with amp_cm():
                logits = self.model(torch.cat((x_lb, x_ulb)))
                sup_loss = torch.nn.functional.cross_entropy(logits[: len(y_lb)], y_lb)
                total_loss = sup_loss + self.lambda_u * logits[len(y_lb) :].square().mean()
            if args.amp:
                scaler.scale(total_loss).backward()
                if args.clip > 0:
                    scaler.unscale_(self.optimizer)  #+
                    torch.nn.utils.clip_grad_norm_(self.model.parameters(), args.clip)  #*
                scaler.step(self.optimizer)
                scaler.update()
            else:
                total_loss.backward()
                self.optimizer.step()
            self.scheduler.step()
            self.model.zero_grad()
