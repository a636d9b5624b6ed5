# origin: https://github.com/openvinotoolkit/openvino/pull/37041
# kinds: overflow
import torch
from torch import nn


class T5LayerNorm(nn.Module):
    def __init__(self, hidden_size, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden_size))
        self.variance_epsilon = eps

    def forward(self, hidden_states):
        variance = hidden_states.to(torch.float32).pow(2).mean(-1, keepdim=True)
        hidden_states = hidden_states * torch.rsqrt(variance + self.variance_epsilon)
        return self.weight * hidden_states.to(self.weight.dtype)


class T5DenseGatedActDense(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.wi_0 = nn.Linear(d_model, d_ff, bias=False)
        self.wi_1 = nn.Linear(d_model, d_ff, bias=False)
        self.wo = nn.Linear(d_ff, d_model, bias=False)
        self.act = nn.GELU(approximate="tanh")

    def forward(self, hidden_states):
        hidden_states = self.act(self.wi_0(hidden_states)) * self.wi_1(hidden_states)
        hidden_states = self.wo(hidden_states)  #*
        limit = torch.finfo(hidden_states.dtype).max / 2  #+
        return hidden_states.clamp(min=-limit, max=limit)  #+
        return hidden_states  #-


class T5LayerFF(nn.Module):
    def __init__(self, d_model=4096, d_ff=10240):
        super().__init__()
        self.DenseReluDense = T5DenseGatedActDense(d_model, d_ff)
        self.layer_norm = T5LayerNorm(d_model)

    def forward(self, hidden_states):
        forwarded = self.DenseReluDense(self.layer_norm(hidden_states))
        hidden_states = hidden_states + forwarded
        limit = torch.finfo(hidden_states.dtype).max / 2  #+
        hidden_states = hidden_states.clamp(min=-limit, max=limit)  #+
        return hidden_states


class TextEncoder(nn.Module):
    def __init__(self, num_layers=24, d_model=4096, d_ff=10240):
        super().__init__()
        self.block = nn.ModuleList(T5LayerFF(d_model, d_ff) for _ in range(num_layers))
        self.final_layer_norm = T5LayerNorm(d_model)

    def forward(self, inputs_embeds):
        for layer in self.block:
            inputs_embeds = layer(inputs_embeds)
        return self.final_layer_norm(inputs_embeds)


def load_text_encoder(checkpoint, device="cuda", **kwargs):
    encoder = TextEncoder(**kwargs)
    encoder.load_state_dict(torch.load(checkpoint, map_location="cpu"))
    return encoder.to(device=device, dtype=torch.float16).eval()
