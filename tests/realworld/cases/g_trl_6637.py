# origin: https://github.com/huggingface/trl/pull/6637
# kinds: overflow
from dataclasses import dataclass

import torch
from transformers import Trainer


@dataclass
class GRPOConfig:
    beta: float = 0.04
    epsilon: float = 0.2
    temperature: float = 0.9


class GRPOTrainer(Trainer):
    def __init__(self, model, args: GRPOConfig, ref_model=None, **kwargs):
        super().__init__(model=model, args=args, **kwargs)
        self.ref_model = ref_model
        self.beta = args.beta
        self.epsilon = args.epsilon

    def _get_per_token_logps(self, model, input_ids, attention_mask, logits_to_keep):
        logits = model(input_ids=input_ids, attention_mask=attention_mask).logits[:, :-1, :]
        logits = logits[:, -logits_to_keep:] / self.args.temperature
        return torch.log_softmax(logits, -1).gather(-1, input_ids[:, -logits_to_keep:, None]).squeeze(-1)

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        completion_ids, completion_mask = inputs["completion_ids"], inputs["completion_mask"]
        input_ids = torch.cat([inputs["prompt_ids"], completion_ids], dim=1)
        attention_mask = torch.cat([inputs["prompt_mask"], completion_mask], dim=1)
        keep = completion_ids.size(1)
        per_token_logps = self._get_per_token_logps(model, input_ids, attention_mask, keep)
        with torch.inference_mode():
            ref_per_token_logps = self._get_per_token_logps(self.ref_model, input_ids, attention_mask, keep)
        delta = ref_per_token_logps - per_token_logps
        delta = delta.clamp(max=20.0)  #+
        per_token_kl = torch.exp(delta) - delta - 1  #*
        advantages = inputs["advantages"]
        per_token_loss = -(per_token_logps * advantages.unsqueeze(1) - self.beta * per_token_kl)
        return ((per_token_loss * completion_mask).sum(1) / completion_mask.sum(1).clamp(min=1)).mean()
