# origin: https://github.com/pytorch/pytorch/pull/20179
# kinds: domain
import warnings

import torch
import torch.nn as nn


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    r"""
    Samples from the Gumbel-Softmax distribution and optionally discretizes.

    Args:
      logits: `[..., num_features]` unnormalized log probabilities
      tau: non-negative scalar temperature
      hard: if ``True``, the returned samples will be discretized as one-hot vectors,
            but will be differentiated as if it is the soft sample in autograd
      dim (int): A dimension along which softmax will be computed. Default: -1.
    """
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.")

    gumbels = -torch.empty_like(logits).exponential_().log()  #!
    exponentials = torch.empty_like(logits).exponential_()  #+
    gumbels = -exponentials.clamp(min=torch.finfo(logits.dtype).tiny).log()  #+
    gumbels = (logits + gumbels) / tau  # ~Gumbel(logits,tau)
    y_soft = gumbels.softmax(dim)

    if hard:
        # Straight through.
        index = y_soft.max(dim, keepdim=True)[1]
        y_hard = torch.zeros_like(logits).scatter_(dim, index, 1.0)
        ret = y_hard - y_soft.detach() + y_soft
    else:
        # Reparametrization trick.
        ret = y_soft
    return ret


class CategoricalVAE(nn.Module):
    def __init__(self, n_latent=30, n_class=10):
        super().__init__()
        self.n_latent, self.n_class = n_latent, n_class
        self.encoder = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, n_latent * n_class))
        self.decoder = nn.Sequential(nn.Linear(n_latent * n_class, 512), nn.ReLU(), nn.Linear(512, 784))

    def forward(self, x, tau):
        logits = self.encoder(x).view(-1, self.n_latent, self.n_class)
        z = gumbel_softmax(logits, tau=tau)
        return self.decoder(z.flatten(1)), logits


def loss_function(recon_logits, x, logits):
    bce = nn.functional.binary_cross_entropy_with_logits(recon_logits, x, reduction="none").sum(1)
    log_q = logits.log_softmax(-1)
    uniform = torch.log(torch.tensor(float(logits.size(-1)), device=logits.device))
    kld = (log_q.exp() * (log_q + uniform)).sum((1, 2))
    return (bce + kld).mean()
