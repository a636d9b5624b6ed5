# origin: https://github.com/huggingface/transformers/pull/46277
# kinds: overflow loss-scale precision
import torch
import torch.nn as nn
import torch.nn.functional as F


class Gemma4VisionPooler(nn.Module):
    def __init__(self, hidden_size, output_length=16):
        super().__init__()
        self.hidden_size = hidden_size
        self.output_length = output_length
        self.root_hidden_size = hidden_size ** 0.5

    def forward(self, hidden_states):
        if hidden_states.shape[1] != self.output_length:
            k = hidden_states.shape[1] // self.output_length
            hidden_states = F.avg_pool1d(hidden_states.transpose(1, 2), k).transpose(1, 2)
        hidden_states = hidden_states * self.root_hidden_size  #!
        hidden_states = hidden_states.float() * self.root_hidden_size  #+
        return hidden_states


class Gemma4VisionModel(nn.Module):
    def __init__(self, patch_dim, hidden_size=1152, output_length=16):
        super().__init__()
        self.patch_embedder = nn.Linear(patch_dim, hidden_size)
        self.norm = nn.LayerNorm(hidden_size)
        self.mlp = nn.Sequential(nn.Linear(hidden_size, hidden_size), nn.GELU(),
                                 nn.Linear(hidden_size, hidden_size))
        self.pooler = Gemma4VisionPooler(hidden_size, output_length)
        self.register_buffer("std_bias", torch.zeros(hidden_size))
        self.register_buffer("std_scale", torch.ones(hidden_size))

    def forward(self, pixel_values):
        hidden_states = self.patch_embedder(pixel_values)
        hidden_states = hidden_states + self.mlp(self.norm(hidden_states))
        dtype = hidden_states.dtype  #+
        hidden_states = self.pooler(hidden_states)
        hidden_states = (hidden_states - self.std_bias) * self.std_scale
        hidden_states = hidden_states.to(dtype)  #+
        return hidden_states


def load_vision_tower(state_dict, patch_dim, hidden_size=1152, output_length=16):
    model = Gemma4VisionModel(patch_dim, hidden_size, output_length)
    model.load_state_dict(state_dict)
    return model.to(torch.float16).eval()


def image_features(model, pixel_values):
    with torch.inference_mode():
        return model(pixel_values.to(torch.float16))
