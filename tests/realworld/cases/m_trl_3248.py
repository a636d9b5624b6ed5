# origin: https://github.com/huggingface/trl/pull/3248
# kinds: domain
import torch


class GroupPolicyTrainer:
    def __init__(self, model, args, eos_token_id):
        self.model = model
        self.args = args
        self.beta = args.beta
        self.eos_token_id = eos_token_id

    def build_completion_mask(self, completion_ids):
        is_eos = completion_ids == self.eos_token_id
        length = completion_ids.size(1)
        eos_idx = torch.full((is_eos.size(0),), length, dtype=torch.long)
        has_eos = is_eos.any(dim=1)
        eos_idx[has_eos] = is_eos.int().argmax(dim=1)[has_eos]
        positions = torch.arange(length).expand(is_eos.size(0), -1)
        completion_mask = (positions <= eos_idx.unsqueeze(1)).int()
        if self.args.mask_truncated_completions:
            completion_mask = completion_mask * has_eos.unsqueeze(1).int()
        return completion_mask

    def compute_loss(self, inputs):
        completion_mask = self.build_completion_mask(inputs["completion_ids"])
        per_token_logps = self.model(inputs["prompt_ids"], inputs["completion_ids"])
        per_token_loss = -inputs["advantages"].unsqueeze(1) * per_token_logps
        if self.beta != 0.0:
            drift = per_token_logps - inputs["ref_per_token_logps"]
            per_token_loss = per_token_loss + self.beta * 0.5 * drift.pow(2)
        loss = (per_token_loss * completion_mask).sum() / completion_mask.sum()  #!
        loss = (per_token_loss * completion_mask).sum() / completion_mask.sum().clamp(min=1.0)  #+
        return loss
