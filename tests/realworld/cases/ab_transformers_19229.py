# origin: https://github.com/huggingface/transformers/pull/19229
# kinds: overflow loss-scale
import torch
from torch import nn


class LongT5LayerNorm(nn.Module):
    def __init__(self, hidden_size, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden_size))
        self.variance_epsilon = eps

    def forward(self, hidden_states):
        variance = hidden_states.to(torch.float32).pow(2).mean(-1, keepdim=True)
        hidden_states = hidden_states * torch.rsqrt(variance + self.variance_epsilon)
        if self.weight.dtype in [torch.float16, torch.bfloat16]:
            hidden_states = hidden_states.to(self.weight.dtype)
        return self.weight * hidden_states


class LongT5DenseGatedActDense(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.wi_0 = nn.Linear(d_model, d_ff, bias=False)
        self.wi_1 = nn.Linear(d_model, d_ff, bias=False)
        self.wo = nn.Linear(d_ff, d_model, bias=False)
        self.act = nn.GELU(approximate="tanh")

    def forward(self, hidden_states):
        hidden_gelu = self.act(self.wi_0(hidden_states))
        hidden_linear = self.wi_1(hidden_states)
        return self.wo(hidden_gelu * hidden_linear)


class LongT5LayerFF(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.DenseReluDense = LongT5DenseGatedActDense(d_model, d_ff)
        self.layer_norm = LongT5LayerNorm(d_model)

    def forward(self, hidden_states):
        forwarded_states = self.layer_norm(hidden_states)
        forwarded_states = self.DenseReluDense(forwarded_states)
        return hidden_states + forwarded_states  #*


class LongT5Stack(nn.Module):
    def __init__(self, vocab_size=32128, d_model=768, d_ff=2048, num_layers=12):
        super().__init__()
        self.embed_tokens = nn.Embedding(vocab_size, d_model)
        self.block = nn.ModuleList([LongT5LayerFF(d_model, d_ff) for _ in range(num_layers)])
        self.final_layer_norm = LongT5LayerNorm(d_model)

    def forward(self, input_ids):
        hidden_states = self.embed_tokens(input_ids)
        for layer_module in self.block:
            hidden_states = layer_module(hidden_states)
            if hidden_states.dtype == torch.float16:  #+
                clamp_value = torch.finfo(hidden_states.dtype).max - 1000  #+
                hidden_states = torch.clamp(hidden_states, min=-clamp_value, max=clamp_value)  #+
        return self.final_layer_norm(hidden_states)


def encode(checkpoint, input_ids, device="cuda"):
    encoder = LongT5Stack()
    encoder.load_state_dict(torch.load(checkpoint, map_location="cpu"))
    encoder = encoder.half().to(device).eval()
    with torch.no_grad():
        return encoder(input_ids.to(device))
