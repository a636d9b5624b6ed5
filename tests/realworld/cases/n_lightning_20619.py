# origin: https://github.com/Lightning-AI/pytorch-lightning/issues/20619
# kinds: loss-scale precision overflow underflow training domain
import lightning as L
import torch
import torch.nn as nn
import torch.nn.functional as F


class TimeSeriesRegressor(L.LightningModule):
    def __init__(self, n_inputs=16, n_hidden=64, lr=1e-3):
        super().__init__()
        self.save_hyperparameters()
        self.encoder = nn.GRU(n_inputs, n_hidden, batch_first=True)
        self.head = nn.Linear(n_hidden, 1)

    def forward(self, x):
        _, h = self.encoder(x)
        return self.head(h[-1]).squeeze(-1)

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = F.smooth_l1_loss(self(x).float(), y.float())
        self.log("train_loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch, batch_idx):
        x, y = batch
        self.log("val_loss", F.smooth_l1_loss(self(x).float(), y.float()))

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=self.hparams.lr)  #*
        return {"optimizer": optimizer, "lr_scheduler": torch.optim.lr_scheduler.StepLR(optimizer, 10)}


def main(datamodule, checkpoint=None):
    model = TimeSeriesRegressor()
    if checkpoint is not None:
        model.load_state_dict(torch.load(checkpoint, weights_only=True))
    trainer = L.Trainer(
        max_epochs=30,
        accelerator="gpu",
        devices=1,
        precision="16-true",  #!
        precision="16-mixed",  #+
    )
    trainer.fit(model, datamodule=datamodule)
    return trainer.callback_metrics


if __name__ == "__main__":
    from data import SensorDataModule

    main(SensorDataModule())
