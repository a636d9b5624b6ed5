# origin: https://github.com/wfondrie/depthcharge/pull/82
# kinds: precision
import math

import torch


class PositionalEncoder(torch.nn.Module):
    """Sine and cosine encoding of the position in a sequence."""

    def __init__(self, d_model, min_wavelength=1.0, max_wavelength=1e5):
        super().__init__()
        self.d_model = d_model
        self.base = min_wavelength / (2 * math.pi)
        self.scale = max_wavelength / min_wavelength

    def _terms(self, n, device):
        exponent = torch.arange(n, device=device, dtype=torch.float32) / max(n - 1, 1)
        return self.base * (self.scale ** exponent)

    def forward(self, X):
        d_sin = math.ceil(self.d_model / 2)
        sin_term = self._terms(d_sin, X.device)
        cos_term = self._terms(self.d_model - d_sin, X.device)
        pos = torch.arange(X.shape[1], device=X.device).type_as(X)  #!
        pos = torch.arange(X.shape[1], device=X.device, dtype=torch.float32)  #+
        sin_pos = torch.sin(pos[:, None] / sin_term)
        cos_pos = torch.cos(pos[:, None] / cos_term)
        encoded = torch.cat([sin_pos, cos_pos], dim=-1)
        return encoded.to(X.dtype)[None] + X


class PeptideTransformerEncoder(torch.nn.Module):
    def __init__(self, n_tokens, d_model=128, nhead=8, n_layers=1):
        super().__init__()
        self.aa_encoder = torch.nn.Embedding(n_tokens + 1, d_model, padding_idx=0)
        self.positional_encoder = PositionalEncoder(d_model)
        layer = torch.nn.TransformerEncoderLayer(d_model, nhead, batch_first=True)
        self.transformer_encoder = torch.nn.TransformerEncoder(layer, n_layers)

    def forward(self, tokens):
        encoded = self.positional_encoder(self.aa_encoder(tokens))
        return self.transformer_encoder(encoded)


def build_model(n_tokens=25):
    return PeptideTransformerEncoder(n_tokens).to(torch.bfloat16)
