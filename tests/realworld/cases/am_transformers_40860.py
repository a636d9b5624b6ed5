# origin: https://github.com/huggingface/transformers/pull/40860
# kinds: cancellation precision
from dataclasses import dataclass
from typing import Optional

import torch
from torch import nn


@dataclass
class CountForecasterOutput:
    loss: Optional[torch.FloatTensor] = None
    prediction_outputs: Optional[torch.FloatTensor] = None
    scale: Optional[torch.FloatTensor] = None


class CountForecasterConfig:
    def __init__(self, context_length=24, prediction_length=8, d_model=64, hidden_act="gelu", minimum_scale=1e-10):
        self.context_length = context_length
        self.prediction_length = prediction_length
        self.d_model = d_model
        self.hidden_act = hidden_act
        self.minimum_scale = minimum_scale


class LogScaler(nn.Module):
    """Signed logarithmic compression, with its exact inverse for the forecasts."""

    def __init__(self, config: CountForecasterConfig):
        super().__init__()
        self.minimum_scale = config.minimum_scale

    def forward(self, data: torch.Tensor, observed_indicator: torch.Tensor):
        count = observed_indicator.sum(dim=1, keepdim=True).clamp(min=1.0)
        scale = (data.abs() * observed_indicator).sum(dim=1, keepdim=True) / count
        scale = scale.clamp(min=self.minimum_scale)
        ratio = data.abs() / scale
        compressed = torch.log(1 + ratio)  #!
        compressed = torch.log1p(ratio)  #+
        return torch.sign(data) * compressed * observed_indicator, scale

    def inverse(self, values: torch.Tensor, scale: torch.Tensor):
        magnitude = values.abs().clamp(max=30.0)
        magnitude = torch.exp(magnitude) - 1  #!
        magnitude = torch.expm1(magnitude)  #+
        return torch.sign(values) * magnitude * scale


class CountForecasterForPrediction(nn.Module):
    def __init__(self, config: CountForecasterConfig):
        super().__init__()
        self.config = config
        self.scaler = LogScaler(config)
        self.embedder = nn.Linear(config.context_length, config.d_model)
        self.act = nn.GELU() if config.hidden_act == "gelu" else nn.ReLU()
        self.head = nn.Linear(config.d_model, config.prediction_length)

    def forward(self, past_values, past_observed_mask=None, future_values=None):
        if past_observed_mask is None:
            past_observed_mask = torch.ones_like(past_values)
        hidden, scale = self.scaler(past_values, past_observed_mask)
        hidden = self.head(self.act(self.embedder(hidden)))
        prediction_outputs = self.scaler.inverse(hidden, scale)
        loss = None
        if future_values is not None:
            loss = nn.functional.l1_loss(prediction_outputs, future_values)
        return CountForecasterOutput(loss=loss, prediction_outputs=prediction_outputs, scale=scale)
