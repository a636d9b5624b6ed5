# origin: https://github.com/pyg-team/pytorch_geometric/issues/500
# kinds: overflow
import torch
import torch.nn.functional as F

MAX_LOGVAR = 10


class GraphEncoder(torch.nn.Module):
    def __init__(self, in_channels, hidden, out_channels):
        super(GraphEncoder, self).__init__()
        self.lin1 = torch.nn.Linear(in_channels, hidden)
        self.lin_mu = torch.nn.Linear(hidden, out_channels)
        self.lin_logvar = torch.nn.Linear(hidden, out_channels)

    def forward(self, x, adj_norm):
        x = F.relu(adj_norm @ self.lin1(x))
        return adj_norm @ self.lin_mu(x), adj_norm @ self.lin_logvar(x)


class VGAE(torch.nn.Module):
    r"""The Variational Graph Auto-Encoder model."""

    def __init__(self, encoder):
        super(VGAE, self).__init__()
        self.encoder = encoder
        self.__mu__ = self.__logvar__ = None

    def reparametrize(self, mu, logvar):
        if self.training:
            return mu + torch.randn_like(logvar) * torch.exp(logvar)  #*
        else:
            return mu

    def encode(self, *args, **kwargs):
        mu, logvar = self.encoder(*args, **kwargs)
        self.__mu__ = mu
        self.__logvar__ = logvar  #!
        self.__logvar__ = logvar.clamp(max=MAX_LOGVAR)  #+
        return self.reparametrize(self.__mu__, self.__logvar__)

    def decode_logits(self, z):
        return z @ z.t()

    def recon_loss(self, z, adj):
        return F.binary_cross_entropy_with_logits(self.decode_logits(z), adj)

    def kl_loss(self, mu=None, logvar=None):
        mu = self.__mu__ if mu is None else mu
        logvar = self.__logvar__ if logvar is None else logvar
        inner = 1 + logvar - mu**2 - logvar.exp()  #*
        return -0.5 * torch.mean(torch.sum(inner, dim=1))


def train(model, x, adj_norm, adj, optimizer):
    model.train()
    optimizer.zero_grad()
    z = model.encode(x, adj_norm)
    loss = model.recon_loss(z, adj) + (1 / x.size(0)) * model.kl_loss()
    loss.backward()
    optimizer.step()
    return float(loss)
