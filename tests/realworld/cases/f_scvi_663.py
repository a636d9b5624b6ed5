# origin: https://github.com/scverse/scvi-tools/pull/663
# kinds: overflow
import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Normal, kl_divergence


class LinearDecoderSCVI(nn.Module):
    def __init__(self, n_input: int, n_output: int, use_batch_norm: bool = True):
        super().__init__()
        self.factor_regressor = nn.Linear(n_input, n_output, bias=False)
        self.px_dropout_decoder = nn.Linear(n_input, n_output)

    def forward(self, dispersion: str, z: torch.Tensor, library: torch.Tensor, *cat_list: int):
        raw_px_scale = self.factor_regressor(z)
        px_scale = torch.softmax(raw_px_scale, dim=-1)
        px_dropout = self.px_dropout_decoder(z)
        px_rate = torch.exp(library) * px_scale  #!
        px_rate = torch.exp(torch.clamp(library, max=12)) * px_scale  #+
        px_r = None
        return px_scale, px_r, px_rate, px_dropout


class LDVAE(nn.Module):
    def __init__(self, n_input, n_latent=10, n_hidden=128):
        super().__init__()
        self.px_r = nn.Parameter(torch.randn(n_input))
        self.encoder = nn.Sequential(nn.Linear(n_input, n_hidden), nn.ReLU())
        self.mean_encoder = nn.Linear(n_hidden, n_latent)
        self.var_encoder = nn.Linear(n_hidden, n_latent)
        self.l_encoder = nn.Linear(n_hidden, 1)
        self.decoder = LinearDecoderSCVI(n_latent, n_input)

    def inference(self, x):
        h = self.encoder(torch.log1p(x))
        qz = Normal(self.mean_encoder(h), F.softplus(self.var_encoder(h)) + 1e-4)
        library = self.l_encoder(h)
        px_scale, _, px_rate, px_dropout = self.decoder("gene", qz.rsample(), library)
        return dict(qz=qz, px_rate=px_rate, px_scale=px_scale, px_dropout=px_dropout)

    def forward(self, x):
        out = self.inference(x)
        prior = Normal(torch.zeros_like(out["qz"].loc), torch.ones_like(out["qz"].scale))
        kl = kl_divergence(out["qz"], prior).sum(1)
        reconst = torch.nn.functional.poisson_nll_loss(out["px_rate"], x, log_input=False, reduction="none")
        return (reconst.sum(-1) + kl).mean()
