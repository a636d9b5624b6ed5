# origin: https://github.com/ctallec/world-models/issues/35
# kinds: domain underflow
import torch
import torch.nn as nn
from torch.distributions import Normal


def gmm_loss(batch, mus, sigmas, logpi):
    """batch: (T, B, L), mus and sigmas: (T, B, K, L), logpi: (T, B, K)."""
    batch = batch.unsqueeze(-2)
    log_probs = Normal(mus, sigmas).log_prob(batch)
    log_probs = logpi + torch.sum(log_probs, dim=-1)
    probs = torch.exp(log_probs)  #!
    log_prob = torch.log(torch.sum(probs, dim=-1))  #!
    log_prob = torch.logsumexp(log_probs, dim=-1)  #+
    return -torch.mean(log_prob)


class MDRNN(nn.Module):
    def __init__(self, latents=32, actions=3, hiddens=256, gaussians=5):
        super().__init__()
        self.latents, self.gaussians = latents, gaussians
        self.rnn = nn.LSTM(latents + actions, hiddens)
        self.gmm_linear = nn.Linear(hiddens, (2 * latents + 1) * gaussians + 2)

    def forward(self, actions, latents):
        t, b = actions.shape[:2]
        outs, _ = self.rnn(torch.cat([actions, latents], dim=-1))
        out = self.gmm_linear(outs)
        stride = self.gaussians * self.latents
        mus = out[..., :stride].view(t, b, self.gaussians, self.latents)
        sigmas = torch.nn.functional.softplus(out[..., stride : 2 * stride]) + 1e-3
        sigmas = sigmas.view(t, b, self.gaussians, self.latents)
        logpi = torch.log_softmax(out[..., 2 * stride : 2 * stride + self.gaussians], dim=-1)
        return mus, sigmas, logpi, out[..., -2], out[..., -1]


def get_loss(mdrnn, latent_obs, action, reward, terminal, latent_next_obs):
    mus, sigmas, logpi, rs, ds = mdrnn(action, latent_obs)
    gmm = gmm_loss(latent_next_obs, mus, sigmas, logpi)
    bce = nn.functional.binary_cross_entropy_with_logits(ds, terminal)
    mse = nn.functional.mse_loss(rs, reward)
    return (gmm + bce + mse) / (mdrnn.latents + 2)
