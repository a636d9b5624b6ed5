# origin: https://github.com/bghira/SimpleTuner/pull/2038
# kinds: precision loss-scale
import torch
import torch.nn as nn


def prepare_latent_image_ids(height, width, device, dtype):
    latent_image_ids = torch.zeros(height // 2, width // 2, 3, device=device, dtype=dtype)
    latent_image_ids[..., 1] = latent_image_ids[..., 1] + torch.arange(height // 2, device=device)[:, None]
    latent_image_ids[..., 2] = latent_image_ids[..., 2] + torch.arange(width // 2, device=device)[None, :]
    return latent_image_ids.reshape(-1, 3)


def prepare_text_ids(seq_len, device, dtype):
    text_ids = torch.zeros(seq_len, 3, device=device, dtype=dtype)
    text_ids[..., 0] = torch.arange(seq_len, device=device)
    return text_ids


class PosEmbed(nn.Module):
    """Rotary embedding of the (text, row, column) position of each token."""

    def __init__(self, theta=10000, axes_dim=(16, 56, 56)):
        super().__init__()
        self.theta = theta
        self.axes_dim = axes_dim

    def forward(self, ids):
        cos_out, sin_out = [], []
        pos = ids.float()
        for i, dim in enumerate(self.axes_dim):
            freqs = 1.0 / (self.theta ** (torch.arange(0, dim, 2, device=ids.device).float() / dim))
            angles = torch.outer(pos[:, i], freqs)
            cos_out.append(angles.cos().repeat_interleave(2, dim=1))
            sin_out.append(angles.sin().repeat_interleave(2, dim=1))
        return torch.cat(cos_out, dim=-1), torch.cat(sin_out, dim=-1)


class FluxTransformer2DModel(nn.Module):
    def __init__(self, in_channels=64, inner_dim=256):
        super().__init__()
        self.pos_embed = PosEmbed()
        self.x_embedder = nn.Linear(in_channels, inner_dim)
        self.context_embedder = nn.Linear(4096, inner_dim)
        self.proj_out = nn.Linear(inner_dim, in_channels)

    def forward(self, hidden_states, encoder_hidden_states, txt_ids, img_ids):
        rotary = self.pos_embed(torch.cat((txt_ids, img_ids), dim=0))
        x = torch.cat([self.context_embedder(encoder_hidden_states), self.x_embedder(hidden_states)], dim=1)
        d = rotary[0].shape[-1]
        x = torch.cat([x[..., :d] * rotary[0].to(x.dtype) + x[..., d:2 * d] * rotary[1].to(x.dtype), x[..., d:]], dim=-1)
        return self.proj_out(x[:, encoder_hidden_states.shape[1]:])


def model_predict(transformer, prepared_batch, weight_dtype=torch.bfloat16):
    noisy_latents = prepared_batch["noisy_latents"]
    prompt_embeds = prepared_batch["prompt_embeds"]
    height, width = prepared_batch["latent_size"]
    device = noisy_latents.device
    img_ids = prepare_latent_image_ids(height, width, device, weight_dtype)  #!
    txt_ids = prepare_text_ids(prompt_embeds.shape[1], device, weight_dtype)  #!
    img_ids = prepare_latent_image_ids(height, width, device, torch.float32)  #+
    txt_ids = prepare_text_ids(prompt_embeds.shape[1], device, torch.float32)  #+
    return transformer(
        hidden_states=noisy_latents.to(device=device, dtype=weight_dtype),
        encoder_hidden_states=prompt_embeds.to(device=device, dtype=weight_dtype),
        txt_ids=txt_ids,
        img_ids=img_ids,
    )
