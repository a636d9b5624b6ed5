# origin: https://github.com/IGLICT/DSG-Net/pull/7
# kinds: domain underflow overflow
import pytorch_lightning as pl
import torch
from torch import nn


class MIL(pl.LightningModule):
    """Attention-based multiple instance learning (Ilse et al. 2018)."""

    def __init__(self, L=500, D=128):
        super().__init__()
        self.feature_extractor = nn.Sequential(nn.Linear(784, L), nn.ReLU())
        self.attention = nn.Sequential(nn.Linear(L, D), nn.Tanh(), nn.Linear(D, 1))
        self.classifier = nn.Sequential(nn.Linear(L, 1), nn.Sigmoid())

    def forward(self, bag):
        H = self.feature_extractor(bag)
        A = torch.softmax(self.attention(H).transpose(1, 0), dim=1)
        Y_prob = self.classifier(torch.mm(A, H))
        return Y_prob, torch.ge(Y_prob, 0.5).float(), A

    def calculate_objective(self, bag, Y):
        Y_prob, _, A = self.forward(bag)
        Y_prob = torch.clamp(Y_prob, min=1e-5, max=1.0 - 1e-5)  #+
        return -1.0 * (Y * torch.log(Y_prob) + (1.0 - Y) * torch.log(1.0 - Y_prob)), A  #*

    def training_step(self, batch, batch_idx):
        loss, _ = self.calculate_objective(batch[0].squeeze(0), batch[1].float())
        self.log("loss", loss.mean())
        return loss.mean()

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=5e-4, weight_decay=1e-4)
