# origin: https://github.com/huggingface/transformers/pull/29285
# kinds: precision
import math

import torch
import torch.nn as nn


class TimestepEmbedder(nn.Module):
    """Embeds scalar diffusion timesteps into vector representations."""

    def __init__(self, hidden_size, frequency_embedding_size=256, max_period=10000):
        super().__init__()
        self.frequency_embedding_size = frequency_embedding_size
        self.max_period = max_period
        self.mlp = nn.Sequential(
            nn.Linear(frequency_embedding_size, hidden_size),
            nn.SiLU(),
            nn.Linear(hidden_size, hidden_size),
        )

    @property
    def dtype(self):
        return self.mlp[0].weight.dtype

    def timestep_embedding(self, t):
        half = self.frequency_embedding_size // 2
        exponent = -math.log(self.max_period) * torch.arange(half, device=t.device) / half
        freqs = torch.exp(exponent)
        t = t.to(self.dtype)  #-
        freqs = freqs.to(self.dtype)  #-
        args = t[:, None] * freqs[None]  #!
        args = t[:, None].float() * freqs[None]  #+
        embedding = torch.cat([torch.cos(args), torch.sin(args)], dim=-1)
        return embedding.to(self.dtype)

    def forward(self, t):
        return self.mlp(self.timestep_embedding(t))


class Denoiser(nn.Module):
    def __init__(self, channels=4, hidden=256, patch=2):
        super().__init__()
        self.patchify = nn.Conv2d(channels, hidden, patch, stride=patch)
        self.t_embed = TimestepEmbedder(hidden)
        self.norm = nn.LayerNorm(hidden, elementwise_affine=False)
        self.modulation = nn.Linear(hidden, 2 * hidden)
        self.out = nn.ConvTranspose2d(hidden, channels, patch, stride=patch)

    def forward(self, x, t):
        h = self.patchify(x)
        b, c, height, width = h.shape
        tokens = self.norm(h.flatten(2).transpose(1, 2))
        shift, scale = self.modulation(self.t_embed(t)).chunk(2, dim=-1)
        tokens = tokens * (1 + scale.unsqueeze(1)) + shift.unsqueeze(1)
        return self.out(tokens.transpose(1, 2).reshape(b, c, height, width))


def load_for_inference(checkpoint, device="cuda"):
    model = Denoiser()
    model.load_state_dict(torch.load(checkpoint, map_location="cpu"))
    return model.to(device=device, dtype=torch.bfloat16).eval()


@torch.inference_mode()
def predict_noise(model, latents, step):
    t = torch.full((latents.shape[0],), step, device=latents.device)
    return model(latents.to(torch.bfloat16), t).float()
