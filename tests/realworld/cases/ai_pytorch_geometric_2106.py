# origin: https://github.com/pyg-team/pytorch_geometric/pull/2106
# kinds: precision domain
import torch

EPS = 1e-15  #-
MAX_LOGSTD = 10


class InnerProductDecoder(torch.nn.Module):
    def forward(self, z, edge_index, sigmoid=True):
        value = (z[edge_index[0]] * z[edge_index[1]]).sum(dim=1)
        return torch.sigmoid(value) if sigmoid else value


class GAE(torch.nn.Module):
    r"""The Graph Auto-Encoder model from the
    `"Variational Graph Auto-Encoders" <https://arxiv.org/abs/1611.07308>`_ paper.
    """

    def __init__(self, encoder, decoder=None):
        super(GAE, self).__init__()
        self.encoder = encoder
        self.decoder = InnerProductDecoder() if decoder is None else decoder

    def encode(self, *args, **kwargs):
        return self.encoder(*args, **kwargs)

    def recon_loss(self, z, pos_edge_index, neg_edge_index):
        eps = torch.finfo(z.dtype).eps  #+
        pos_loss = -torch.log(self.decoder(z, pos_edge_index, sigmoid=True) + EPS).mean()  #!
        pos_loss = -torch.log(self.decoder(z, pos_edge_index, sigmoid=True) + eps).mean()  #+
        neg_loss = -torch.log(1 - self.decoder(z, neg_edge_index, sigmoid=True) + EPS).mean()  #!
        neg_loss = -torch.log(1 - self.decoder(z, neg_edge_index, sigmoid=True) + eps).mean()  #+
        return pos_loss + neg_loss


class LinearEncoder(torch.nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.lin = torch.nn.Linear(in_channels, out_channels)

    def forward(self, x, adj):
        return self.lin(adj @ x)


@torch.no_grad()
def evaluate(x, adj, pos_edge_index, neg_edge_index, channels=16):
    model = GAE(LinearEncoder(x.size(1), channels)).half().eval()
    z = model.encode(x.half(), adj.half())
    return model.recon_loss(z, pos_edge_index, neg_edge_index).item()
