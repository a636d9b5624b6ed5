# origin: https://github.com/pyg-team/pytorch_geometric/pull/2106
# kinds: underflow domain
import torch
from torch.nn import Linear, Module

EPS = 1e-15


class InnerProductDecoder(Module):
    def forward(self, z, edge_index, sigmoid=True):
        value = (z[edge_index[0]] * z[edge_index[1]]).sum(dim=1)
        return torch.sigmoid(value) if sigmoid else value


class MeanEncoder(Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.lin_self = Linear(in_channels, out_channels)
        self.lin_neigh = Linear(in_channels, out_channels)

    def forward(self, x, edge_index):
        row, col = edge_index
        agg = torch.zeros_like(x).index_add_(0, row, x[col])
        deg = torch.zeros(x.size(0), 1, dtype=x.dtype, device=x.device)
        deg.index_add_(0, row, torch.ones_like(deg)[col])
        return self.lin_self(x) + self.lin_neigh(agg / deg.clamp(min=1))


class GAE(Module):
    r"""The Graph Auto-Encoder model."""

    def __init__(self, encoder, decoder=None):
        super().__init__()
        self.encoder = encoder
        self.decoder = InnerProductDecoder() if decoder is None else decoder

    def encode(self, *args, **kwargs):
        return self.encoder(*args, **kwargs)

    def recon_loss(self, z, pos_edge_index, neg_edge_index):
        r"""Binary cross entropy of positive and sampled negative edges."""
        eps = EPS  #!
        eps = torch.finfo(z.dtype).eps  #+
        pos_prob = self.decoder(z, pos_edge_index, sigmoid=True)
        pos_loss = -torch.log(pos_prob + eps).mean()  #*
        neg_prob = self.decoder(z, neg_edge_index, sigmoid=True)
        neg_loss = -torch.log(1 - neg_prob + eps).mean()  #*
        return pos_loss + neg_loss


def negative_sampling(num_nodes, num_samples):
    return torch.randint(0, num_nodes, (2, num_samples))


def train(x, edge_index, epochs=100, half=True):
    model = GAE(MeanEncoder(x.size(1), 16))
    if half:
        model, x = model.half(), x.half()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(epochs):
        optimizer.zero_grad()
        z = model.encode(x, edge_index)
        neg = negative_sampling(x.size(0), edge_index.size(1))
        loss = model.recon_loss(z, edge_index, neg)
        loss.backward()
        optimizer.step()
    return model
