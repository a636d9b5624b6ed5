# origin: https://github.com/simchowitzlabpublic/nano-world-model/pull/22
# kinds: explosion
import pytorch_lightning as pl
import torch
import torch.nn.functional as F


class WorldModelModule(pl.LightningModule):
    def __init__(self, dynamics, lr=1e-4, gradient_clip_norm=1.0):
        super().__init__()
        self.dynamics = dynamics
        self.lr = lr
        self.gradient_clip_norm = gradient_clip_norm

    def configure_optimizers(self):
        return torch.optim.AdamW(self.dynamics.parameters(), lr=self.lr, weight_decay=0.01)

    def shared_step(self, batch):
        frames, actions = batch["frames"], batch["actions"]
        predicted = self.dynamics(frames[:, :-1], actions[:, :-1])
        return F.mse_loss(predicted, frames[:, 1:])

    def training_step(self, batch, batch_idx):
        loss = self.shared_step(batch)
        grad_norm = torch.nn.utils.clip_grad_norm_(self.dynamics.parameters(), self.gradient_clip_norm)  #!
        self.log("train/gradient_norm", grad_norm)  #-
        self.log("train/loss", loss, prog_bar=True)
        return loss

    def configure_gradient_clipping(self, optimizer, *args, **kwargs):  #+
        grad_norm = torch.nn.utils.clip_grad_norm_(self.dynamics.parameters(), self.gradient_clip_norm)  #+
        self.log("train/gradient_norm", grad_norm)  #+

    def validation_step(self, batch, batch_idx):
        self.log("val/loss", self.shared_step(batch), prog_bar=True)


def main(dynamics, train_loader, val_loader, max_steps):
    trainer = pl.Trainer(max_steps=max_steps, accumulate_grad_batches=2)
    trainer.fit(WorldModelModule(dynamics), train_loader, val_loader)
