# origin: https://github.com/pyro-ppl/pyro/issues/436
# kinds: domain
from numbers import Number

import torch
import torch.nn as nn
import torch.nn.functional as F


def clamp_probs(ps):  #+
    eps = torch.finfo(ps.dtype).eps  #+
    return ps.clamp(min=eps, max=1 - eps)  #+


def get_probs_and_logits(ps=None, logits=None, is_multidimensional=True):
    """
    Convert probability values to logits, or vice-versa. Either ``ps`` or
    ``logits`` should be specified, but not both.
    """
    assert (ps is None) != (logits is None)
    if ps is not None:
        if is_multidimensional:
            logits = torch.log(ps)  #!
            logits = torch.log(clamp_probs(ps))  #+
        else:
            logits = torch.log(ps) - torch.log1p(-ps)  #!
            ps_clamped = clamp_probs(ps)  #+
            logits = torch.log(ps_clamped) - torch.log1p(-ps_clamped)  #+
    else:
        ps = F.softmax(logits, dim=-1) if is_multidimensional else torch.sigmoid(logits)
    return ps, logits


class Bernoulli(object):
    """
    Distribution over a vector of independent Bernoulli variables.
    """
    enumerable = True

    def __init__(self, ps=None, logits=None):
        if isinstance(ps, Number):
            ps = torch.tensor(float(ps))
        self.ps, self.logits = get_probs_and_logits(ps=ps, logits=logits, is_multidimensional=False)

    def batch_shape(self, x=None):
        return self.ps.size()[:-1]

    def sample(self):
        return torch.bernoulli(self.ps).detach()

    def batch_log_pdf(self, x):
        log_prob = -F.binary_cross_entropy_with_logits(self.logits, x, reduction='none')
        return log_prob.sum(-1)

    def analytic_mean(self):
        return self.ps


class Decoder(nn.Module):
    def __init__(self, z_dim, hidden_dim, out_dim):
        super(Decoder, self).__init__()
        self.fc1 = nn.Linear(z_dim, hidden_dim)
        self.fc21 = nn.Linear(hidden_dim, out_dim)
        self.softplus = nn.Softplus()

    def forward(self, z):
        hidden = self.softplus(self.fc1(z))
        return torch.sigmoid(self.fc21(hidden))


def reconstruction_term(decoder, z, x):
    mu_img = decoder(z)
    return Bernoulli(ps=mu_img).batch_log_pdf(x).mean()
