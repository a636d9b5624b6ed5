# origin: https://github.com/pyro-ppl/pyro/issues/436
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def _eps(tensor):
    return torch.finfo(tensor.dtype).eps


class Bernoulli(object):
    """Bernoulli distribution parameterised by ``ps`` or by ``logits``."""

    def __init__(self, ps=None, logits=None):
        if (ps is None) == (logits is None):
            raise ValueError("Got ps={}, logits={}. Exactly one must be given.".format(ps, logits))
        if logits is None:
            ps = ps.clamp(_eps(ps), 1 - _eps(ps))  #+
            self.ps = ps
            self.logits = torch.log(ps) - torch.log(1 - ps)  #*
        else:
            self.logits = logits
            self.ps = torch.sigmoid(logits)

    def sample(self):
        with torch.no_grad():
            return torch.bernoulli(self.ps)

    def batch_log_pdf(self, x, log_pdf_mask=None):
        log_prob = -F.binary_cross_entropy_with_logits(
            self.logits.expand_as(x), x, reduction="none"
        )
        if log_pdf_mask is not None:
            log_prob = log_prob * log_pdf_mask
        return log_prob.sum(-1, keepdim=True)

    def log_pdf(self, x):
        return self.batch_log_pdf(x).sum()


class Decoder(nn.Module):
    def __init__(self, z_dim=50, hidden_dim=400):
        super(Decoder, self).__init__()
        self.fc1 = nn.Linear(z_dim, hidden_dim)
        self.fc21 = nn.Linear(hidden_dim, 784)

    def forward(self, z):
        hidden = F.softplus(self.fc1(z))
        return torch.sigmoid(self.fc21(hidden))


class VAE(nn.Module):
    def __init__(self, z_dim=50):
        super(VAE, self).__init__()
        self.encoder = nn.Linear(784, 2 * z_dim)
        self.decoder = Decoder(z_dim)

    def loss(self, x):
        mu, log_sigma = self.encoder(x).chunk(2, dim=-1)
        log_sigma = log_sigma.clamp(-7.0, 4.0)
        z = mu + torch.randn_like(mu) * log_sigma.exp()
        recon = Bernoulli(ps=self.decoder(z)).log_pdf(x)
        kl = 0.5 * (mu ** 2 + (2 * log_sigma).exp() - 2 * log_sigma - 1).sum()
        return (kl - recon) / x.shape[0]
