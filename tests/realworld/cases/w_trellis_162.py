# origin: https://github.com/microsoft/TRELLIS/issues/162
# kinds: underflow domain precision loss-scale method
import torch
import torch.nn as nn


class SLatEncoder(nn.Module):
    def __init__(self, in_channels=1024, channels=768, latent=8):
        super().__init__()
        self.input_layer = nn.Linear(in_channels, channels)
        self.blocks = nn.Sequential(
            nn.LayerNorm(channels), nn.Linear(channels, channels), nn.GELU()
        )
        self.out_layer = nn.Linear(channels, latent)

    def forward(self, feats):
        h = self.input_layer(feats)
        h = h + self.blocks(h)
        return self.out_layer(h)


class SLatTrainer:
    def __init__(self, decoder, device="cuda", lr=1e-4):
        self.device = device
        self.encoder = SLatEncoder().half().to(device)  #!
        self.decoder = decoder.half().to(device)  #!
        self.encoder = SLatEncoder().float().to(device)  #+
        self.decoder = decoder.float().to(device)  #+
        groups = [
            {"params": self.encoder.parameters(), "lr": lr},
            {"params": self.decoder.parameters(), "lr": lr},
        ]
        self.optimizer = torch.optim.AdamW(groups)  #*

    def step(self, batch):
        feats = batch["feats"].to(self.device, self.encoder.out_layer.weight.dtype)
        target = batch["target"].to(self.device)
        self.optimizer.zero_grad()
        recon = self.decoder(self.encoder(feats))
        loss = nn.functional.l1_loss(recon.float(), target.float())
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def fit(self, loader, epochs=100):
        for _ in range(epochs):
            for batch in loader:
                self.step(batch)
