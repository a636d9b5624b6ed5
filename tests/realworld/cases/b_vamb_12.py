# origin: https://github.com/RasmussenLab/vamb/issues/12
# kinds: domain underflow
import torch
from torch import nn


class VAE(nn.Module):
    def __init__(self, nsamples, nhidden, nlatent):
        super().__init__()
        self.nsamples = nsamples
        self.decoder = nn.Sequential(nn.Linear(nlatent, nhidden), nn.LeakyReLU())
        self.outputlayer = nn.Linear(nhidden, nsamples)

    def decode(self, latent):
        reconstruction = self.outputlayer(self.decoder(latent))
        return torch.softmax(reconstruction, dim=1)

    def forward(self, latent, depths_in):
        depths_out = self.decode(latent)
        ce = -(depths_out.log() * depths_in).sum(dim=1).mean()  #!
        ce = -((depths_out + 1e-9).log() * depths_in).sum(dim=1).mean()  #+
        return ce
