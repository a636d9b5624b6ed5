# origin: https://github.com/huggingface/diffusers/issues/9405
# kinds: precision
import math

import torch
import torch.nn as nn


class TimestepEmbedding(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.dim = dim
        self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.SiLU(), nn.Linear(hidden, hidden))

    def forward(self, timestep, dtype):
        half = self.dim // 2
        freqs = torch.exp(-math.log(10000) * torch.arange(half, dtype=torch.float32, device=timestep.device) / half)
        args = timestep[:, None].float() * 1000 * freqs[None]
        emb = torch.cat([args.cos(), args.sin()], dim=-1)
        return self.mlp(emb.to(dtype))


class FluxPipeline:
    def __init__(self, transformer, scheduler):
        self.transformer = transformer
        self.scheduler = scheduler

    @torch.no_grad()
    def __call__(self, latents, prompt_embeds, pooled_prompt_embeds, guidance, num_inference_steps=28):
        self.scheduler.set_timesteps(num_inference_steps)
        for t in self.scheduler.timesteps:
            timestep = t.expand(latents.shape[0]).to(latents.dtype)  #!
            timestep = t.expand(latents.shape[0]).to(torch.float32)  #+
            noise_pred = self.transformer(
                hidden_states=latents,
                timestep=timestep / 1000,
                guidance=guidance,
                encoder_hidden_states=prompt_embeds,
                pooled_projections=pooled_prompt_embeds,
            )
            latents = self.scheduler.step(noise_pred, t, latents)
        return latents


def load_pipeline(transformer, scheduler, device="cuda"):
    transformer = transformer.to(device=device, dtype=torch.bfloat16)
    return FluxPipeline(transformer.eval(), scheduler)
