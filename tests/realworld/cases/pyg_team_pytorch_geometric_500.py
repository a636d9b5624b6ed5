# origin: https://github.com/pyg-team/pytorch_geometric/issues/500
# kinds: overflow
import torch


class VGAE(torch.nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def reparametrize(self, mu, logvar):
        return mu + torch.randn_like(logvar) * torch.exp(logvar)  #!
        return mu + torch.randn_like(logvar) * torch.exp(logvar.clamp(max=10))  #+

    def forward(self, x, edge_index):
        self.mu, self.logvar = self.encoder(x, edge_index)
        return self.decoder(self.reparametrize(self.mu, self.logvar))
