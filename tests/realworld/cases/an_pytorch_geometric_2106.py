# origin: https://github.com/pyg-team/pytorch_geometric/pull/2106
# kinds: underflow domain
import torch

EPS = 1e-15  #!


def get_eps(dtype):  #+
    return 1e-15 if dtype == torch.float64 else torch.finfo(dtype).eps  #+


def negative_sampling(num_nodes, num_samples, device=None):
    return torch.randint(0, num_nodes, (2, num_samples), device=device)


class InnerProductDecoder(torch.nn.Module):
    def forward(self, z, edge_index, sigmoid=True):
        value = (z[edge_index[0]] * z[edge_index[1]]).sum(dim=1)
        return torch.sigmoid(value) if sigmoid else value

    def forward_all(self, z, sigmoid=True):
        adj = torch.matmul(z, z.t())
        return torch.sigmoid(adj) if sigmoid else adj


class MeanEncoder(torch.nn.Module):
    def __init__(self, in_channels, out_channels):
        super(MeanEncoder, self).__init__()
        self.lin_l = torch.nn.Linear(in_channels, out_channels)
        self.lin_r = torch.nn.Linear(in_channels, out_channels, bias=False)

    def forward(self, x, edge_index):
        src, dst = edge_index
        out = torch.zeros_like(x).index_add_(0, dst, x[src])
        deg = torch.zeros_like(x[:, 0]).index_add_(0, dst, torch.ones_like(x[src, 0]))
        return self.lin_l(out / deg.clamp(min=1).unsqueeze(1)) + self.lin_r(x)


class GAE(torch.nn.Module):
    r"""The Graph Auto-Encoder model."""

    def __init__(self, encoder, decoder=None):
        super(GAE, self).__init__()
        self.encoder = encoder
        self.decoder = InnerProductDecoder() if decoder is None else decoder

    def encode(self, *args, **kwargs):
        return self.encoder(*args, **kwargs)

    def recon_loss(self, z, pos_edge_index, neg_edge_index=None):
        eps = get_eps(z.dtype)  #+
        pos = self.decoder(z, pos_edge_index, sigmoid=True)
        pos_loss = -torch.log(pos + EPS).mean()  #!
        pos_loss = -torch.log(pos + eps).mean()  #+

        if neg_edge_index is None:
            neg_edge_index = negative_sampling(z.size(0), pos_edge_index.size(1), z.device)
        neg = self.decoder(z, neg_edge_index, sigmoid=True)
        neg_loss = -torch.log(1 - neg + EPS).mean()  #!
        neg_loss = -torch.log(1 - neg + eps).mean()  #+

        return pos_loss + neg_loss


def train(x, edge_index, epochs=200):
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    model = GAE(MeanEncoder(x.size(1), 16)).to(device).half()
    x, edge_index = x.to(device).half(), edge_index.to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for epoch in range(epochs):
        optimizer.zero_grad()
        z = model.encode(x, edge_index)
        loss = model.recon_loss(z, edge_index)
        loss.backward()
        optimizer.step()
    return model
