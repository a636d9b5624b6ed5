# origin: https://github.com/Lightning-Universe/lightning-bolts/issues/320
# kinds: overflow domain underflow
import torch
import torch.nn.functional as F
from pytorch_lightning import LightningModule
from torch import Tensor, nn


class Projection(nn.Module):
    def __init__(self, input_dim=2048, hidden_dim=2048, output_dim=128):
        super().__init__()
        self.model = nn.Sequential(
            nn.Linear(input_dim, hidden_dim), nn.BatchNorm1d(hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, output_dim)
        )

    def forward(self, x):
        return self.model(x)


class SimCLR(LightningModule):
    def __init__(self, encoder, temperature=0.1, learning_rate=1e-3):
        super().__init__()
        self.save_hyperparameters(ignore=["encoder"])
        self.encoder = encoder
        self.projection = Projection()

    def nt_xent_loss(self, out_1: Tensor, out_2: Tensor, temperature: float) -> Tensor:
        out = torch.cat([out_1, out_2], dim=0)
        n_samples = len(out)
        cov = torch.mm(out, out.t().contiguous())
        sim = torch.exp(cov / temperature)  #-
        mask = ~torch.eye(n_samples, device=sim.device).bool()  #-
        neg = sim.masked_select(mask).view(n_samples, -1).sum(dim=-1)  #-
        pos = torch.exp(torch.sum(out_1 * out_2, dim=-1) / temperature)  #-
        pos = torch.cat([pos, pos], dim=0)  #-
        loss = -torch.log(pos / neg).mean()  #!
        logits = (cov / temperature).fill_diagonal_(float("-inf"))  #+
        half = n_samples // 2  #+
        labels = torch.arange(n_samples, device=out.device).roll(half)  #+
        loss = F.cross_entropy(logits, labels)  #+
        return loss

    def shared_step(self, batch):
        (img1, img2, _), _ = batch
        z1 = self.projection(self.encoder(img1))
        z2 = self.projection(self.encoder(img2))
        return self.nt_xent_loss(z1, z2, self.hparams.temperature)

    def training_step(self, batch, batch_idx):
        loss = self.shared_step(batch)
        self.log("train_loss", loss)
        return loss

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.hparams.learning_rate)
