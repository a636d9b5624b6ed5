# origin: https://github.com/espnet/espnet/pull/2362
# kinds: method loss-scale
import logging

import numpy as np
import torch
from torch.amp import GradScaler, autocast


class ESPnetASRModel(torch.nn.Module):
    def __init__(self, idim=80, hidden=128, odim=50):
        super().__init__()
        self.encoder = torch.nn.GRU(idim, hidden, num_layers=2, batch_first=True)
        self.ctc_lo = torch.nn.Linear(hidden, odim)

    def forward(self, speech, text):
        hs, _ = self.encoder(speech)
        logits = self.ctc_lo(hs).mean(dim=1)
        loss = torch.nn.functional.cross_entropy(logits, text)
        return loss, {"loss": loss.detach()}


class Trainer:
    @classmethod
    def train_one_epoch(cls, model, iterator, optimizer, scheduler, scaler, grad_clip=5.0, device="cuda"):
        model.train()
        all_steps_are_invalid = True
        for iiter, batch in enumerate(iterator, 1):
            batch = {k: v.to(device) for k, v in batch.items()}
            with autocast(device, dtype=torch.float16, enabled=scaler is not None):
                loss, stats = model(**batch)

            if scaler is not None:
                # Scales loss.  Calls backward() on scaled loss to create scaled gradients.
                scaler.scale(loss).backward()
                # Unscales the gradients of optimizer's assigned params in-place
                scaler.unscale_(optimizer)
            else:
                loss.backward()

            # compute the gradient norm to check if it is normal or not
            grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=grad_clip)
            if not np.isfinite(grad_norm.item()):  #*
                logging.warning(f"The grad norm is {grad_norm}. Skipping updating the model.")
                if scaler is not None:  #+
                    scaler.step(optimizer)  #+
                    scaler.update()  #+
            else:
                all_steps_are_invalid = False
                if scaler is not None:
                    # scaler.step() first unscales the gradients of the optimizer's params.
                    scaler.step(optimizer)  #*
                    scaler.update()  #*
                else:
                    optimizer.step()
                scheduler.step()
            optimizer.zero_grad()
        return all_steps_are_invalid


def main(iterator, max_epoch=10, device="cuda", use_amp=True):
    model = ESPnetASRModel().to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: min(1.0, (n + 1) / 1000))
    scaler = GradScaler(device) if use_amp else None
    for epoch in range(1, max_epoch + 1):
        if Trainer.train_one_epoch(model, iterator, optimizer, scheduler, scaler, device=device):
            logging.warning("The gradients at all steps are invalid in this epoch.")
            break
    return model
