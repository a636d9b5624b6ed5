# origin: https://github.com/huggingface/transformers/pull/40860
# kinds: precision cancellation
from dataclasses import dataclass
from typing import Optional

import torch
from torch import nn


class VarianceAdaptorConfig:
    model_type = "variance_adaptor"

    def __init__(self, hidden_size=64, energy_predictor_layers=2, energy_predictor_channels=64,
                 energy_predictor_kernel_size=3, energy_predictor_dropout=0.1, **kwargs):
        self.hidden_size = hidden_size
        self.energy_predictor_layers = energy_predictor_layers
        self.energy_predictor_channels = energy_predictor_channels
        self.energy_predictor_kernel_size = energy_predictor_kernel_size
        self.energy_predictor_dropout = energy_predictor_dropout


@dataclass
class VarianceAdaptorOutput:
    hidden_states: torch.FloatTensor
    energy: torch.FloatTensor
    loss: Optional[torch.FloatTensor] = None


class VariancePredictorLayer(nn.Module):
    def __init__(self, in_channels, channels, kernel_size, dropout):
        super().__init__()
        self.conv = nn.Conv1d(in_channels, channels, kernel_size, padding=(kernel_size - 1) // 2)
        self.activation = nn.ReLU()
        self.layer_norm = nn.LayerNorm(channels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden_states):
        hidden_states = self.activation(self.conv(hidden_states.transpose(1, 2))).transpose(1, 2)
        return self.dropout(self.layer_norm(hidden_states))


class VarianceAdaptorModel(nn.Module):
    """Predicts the energy of each frame in the log domain and adds its embedding to the encoder states."""

    def __init__(self, config: VarianceAdaptorConfig):
        super().__init__()
        channels = config.energy_predictor_channels
        sizes = [config.hidden_size] + [channels] * config.energy_predictor_layers
        self.layers = nn.ModuleList(
            VariancePredictorLayer(c_in, c_out, config.energy_predictor_kernel_size, config.energy_predictor_dropout)
            for c_in, c_out in zip(sizes[:-1], sizes[1:])
        )
        self.linear = nn.Linear(channels, 1)
        self.energy_embed = nn.Conv1d(1, config.hidden_size, kernel_size=1)
        self.criterion = nn.MSELoss(reduction="none")

    def encode_energy(self, energy):
        return torch.log(1.0 + energy)  #!
        return torch.log1p(energy)  #+

    def decode_energy(self, log_energy):
        log_energy = torch.clamp(log_energy, min=0.0, max=20.0)
        return torch.exp(log_energy) - 1.0  #!
        return torch.expm1(log_energy)  #+

    def forward(self, encoder_hidden_states, attention_mask=None, energy_labels=None):
        hidden_states = encoder_hidden_states
        for layer in self.layers:
            hidden_states = layer(hidden_states)
        log_energy = self.linear(hidden_states).squeeze(-1)

        loss = None
        if energy_labels is not None:
            per_frame = self.criterion(log_energy, self.encode_energy(energy_labels))
            if attention_mask is None:
                attention_mask = torch.ones_like(per_frame)
            loss = (per_frame * attention_mask).sum() / attention_mask.sum().clamp(min=1)
        energy = self.decode_energy(log_energy) if energy_labels is None else energy_labels
        embedded = self.energy_embed(energy.unsqueeze(1)).transpose(1, 2)
        return VarianceAdaptorOutput(encoder_hidden_states + embedded, energy, loss)
