# origin: https://github.com/Nerogar/OneTrainer/issues/1177
# kinds: precision
import torch


def prepare_text_ids(batch, seq_len):
    """(batch, seq, 4) coordinates; only the last axis runs over the prompt tokens."""
    ids = torch.zeros(batch, seq_len, 4)
    ids[..., 3] = torch.arange(seq_len, dtype=torch.float32)
    return ids


def prepare_image_ids(batch, height, width):
    grid = torch.cartesian_prod(torch.zeros(1), torch.arange(height).float(), torch.arange(width).float(), torch.zeros(1))
    return grid.unsqueeze(0).expand(batch, -1, -1)


def rope(pos, dim, theta=2000):
    omega = theta ** (-torch.arange(0, dim, 2, dtype=torch.float64, device=pos.device) / dim)
    angles = pos.to(torch.float64).unsqueeze(-1) * omega
    return torch.cos(angles).float(), torch.sin(angles).float()


class PositionEmbedding(torch.nn.Module):
    def __init__(self, axes_dim=(32, 32, 32, 32)):
        super().__init__()
        self.axes_dim = axes_dim

    def forward(self, ids):
        parts = [rope(ids[..., i], d) for i, d in enumerate(self.axes_dim)]
        return torch.cat([p[0] for p in parts], -1), torch.cat([p[1] for p in parts], -1)


class Sampler:
    def __init__(self, transformer, pos_embed, train_dtype=torch.bfloat16, max_prompt_tokens=512):
        self.transformer = transformer.to(train_dtype)
        self.pos_embed = pos_embed
        self.train_dtype = train_dtype
        self.max_prompt_tokens = max_prompt_tokens

    @torch.no_grad()
    def predict(self, latents, prompt_embeds, timestep, height, width):
        b = latents.shape[0]
        text_ids = prepare_text_ids(b, self.max_prompt_tokens)
        image_ids = prepare_image_ids(b, height, width)
        ids = torch.cat([text_ids, image_ids], dim=1)
        rotary = self.pos_embed(ids.to(dtype=self.train_dtype))  #!
        rotary = self.pos_embed(ids)  #+
        return self.transformer(latents.to(self.train_dtype), prompt_embeds.to(self.train_dtype), timestep / 1000, rotary)
