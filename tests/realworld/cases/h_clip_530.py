# origin: https://github.com/kornia/kornia/pull/3480
# kinds: overflow
import math
from dataclasses import dataclass
from typing import Optional

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class SigLip2Result:
    logits_per_image: torch.Tensor
    logits_per_text: torch.Tensor
    loss: Optional[torch.Tensor] = None


class SigLip2Model(nn.Module):
    def __init__(self, vision_model, text_model, width, init_scale=math.log(10.0), init_bias=-10.0):
        super().__init__()
        self.vision_model, self.text_model = vision_model, text_model
        self.head = nn.Linear(width, 1 + width)
        self.logit_bias = nn.Parameter(torch.tensor(init_bias))
        self.init_scale = init_scale

    def forward(self, pixel_values, input_ids, return_loss=False):
        image = F.normalize(self.vision_model(pixel_values), dim=-1)
        text_out = self.head(self.text_model(input_ids))
        text, log_scale = F.normalize(text_out[..., 1:], dim=-1), text_out[..., :1]
        log_scale = log_scale.clamp(max=math.log(100.0))  #+
        scale = log_scale.exp()  #*
        logits = scale * (text @ image.t()) + self.logit_bias
        loss = None
        if return_loss:
            labels = 2 * torch.eye(logits.size(0), device=logits.device) - 1
            loss = -F.logsigmoid(labels * logits).sum(-1).mean()
        return SigLip2Result(logits.t(), logits, loss)
