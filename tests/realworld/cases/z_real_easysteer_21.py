# origin: https://github.com/ZJU-REAL/EasySteer/issues/21
# kinds: overflow
import torch
import torch.nn as nn


class DirectSteering:
    """Adds a steering vector to the residual stream, optionally keeping its norm."""

    def __init__(self, vector, scale=1.0, normalize=True):
        self.vector = vector.to(torch.float16)
        self.scale = scale
        self.normalize = normalize

    def transform(self, hidden_state):
        params = self.scale * self.vector.to(hidden_state.device)
        transformed = hidden_state + params
        if not self.normalize:
            return transformed
        norm_pre = torch.norm(hidden_state, dim=-1, keepdim=True)
        norm_post = torch.norm(transformed, dim=-1, keepdim=True).clamp_min(1e-4)
        return transformed * norm_pre / norm_post  #!
        return transformed * (norm_pre / norm_post)  #+


class SteeredDecoderLayer(nn.Module):
    def __init__(self, layer, steering):
        super().__init__()
        self.layer = layer
        self.steering = steering

    def forward(self, hidden_states, token_mask=None):
        out = self.layer(hidden_states)
        steered = self.steering.transform(out)
        if token_mask is None:
            return steered
        return torch.where(token_mask.unsqueeze(-1), steered, out)


def wrap_model(layers, vectors, target_layers, scale=1.0):
    """Load the decoder in float16 and wrap the chosen layers."""
    wrapped = nn.ModuleList()
    for index, layer in enumerate(layers):
        layer = layer.half()
        if index in target_layers:
            layer = SteeredDecoderLayer(layer, DirectSteering(vectors[index], scale))
        wrapped.append(layer)
    return wrapped
