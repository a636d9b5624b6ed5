# origin: https://github.com/pyro-ppl/pyro/issues/436
# kinds: domain
import torch
import torch.nn.functional as F


def get_clamped_probs(ps):  #+
    eps = torch.finfo(ps.dtype).eps  #+
    return ps.clamp(min=eps, max=1 - eps)  #+


def get_probs_and_logits(ps=None, logits=None, is_multidimensional=True):
    """
    Convert probability values to logits, or vice-versa.

    :param ps: tensor of probabilities. Should be in the interval *[0, 1]*.
    :param logits: tensor of logit values.
    :param is_multidimensional: if the params are for a categorical distribution.
    :return: tuple containing raw probabilities and logits as tensors
    """
    assert (ps is None) != (logits is None)
    if is_multidimensional:
        if ps is None:
            ps = F.softmax(logits, dim=-1)
        else:
            ps = get_clamped_probs(ps)  #+
            logits = torch.log(ps)  #!
            logits = torch.log(ps)  #+
    else:
        if ps is None:
            ps = torch.sigmoid(logits)
        else:
            ps = get_clamped_probs(ps)  #+
            logits = torch.log(ps) - torch.log1p(-ps)  #!
            logits = torch.log(ps) - torch.log1p(-ps)  #+
    return ps, logits


class Bernoulli(object):
    """Bernoulli distribution parameterized by probabilities or logits."""

    enumerable = True

    def __init__(self, ps=None, logits=None, batch_size=None, log_pdf_mask=None):
        if (ps is None) == (logits is None):
            raise ValueError("Got ps={}, logits={}. Either `ps` or `logits` must be specified, but not both."
                             .format(ps, logits))
        self.ps, self.logits = get_probs_and_logits(ps=ps, logits=logits, is_multidimensional=False)
        self.log_pdf_mask = log_pdf_mask
        if batch_size is not None and self.logits.dim() == 1:
            self.logits = self.logits.expand(batch_size, self.logits.size(0))
            self.ps = self.ps.expand_as(self.logits)

    def sample(self):
        return torch.bernoulli(self.ps).detach()

    def batch_log_pdf(self, x):
        logits = self.logits.expand_as(x)
        # log p = x * logits - log(1 + exp(logits))
        log_pdf = -F.binary_cross_entropy_with_logits(logits, x, reduction="none")
        if self.log_pdf_mask is not None:
            log_pdf = log_pdf * self.log_pdf_mask
        return log_pdf.sum(-1, keepdim=True)

    def entropy(self):
        return F.binary_cross_entropy_with_logits(self.logits, self.ps, reduction="none").sum(-1)


class Decoder(torch.nn.Module):
    def __init__(self, z_dim, hidden_dim, x_dim=784):
        super(Decoder, self).__init__()
        self.fc1 = torch.nn.Linear(z_dim, hidden_dim)
        self.fc2 = torch.nn.Linear(hidden_dim, x_dim)

    def forward(self, z, x):
        ps = torch.sigmoid(self.fc2(F.softplus(self.fc1(z))))
        return Bernoulli(ps=ps).batch_log_pdf(x)
