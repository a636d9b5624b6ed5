# origin: https://github.com/cmnfriend/O-LoRA/pull/26
# kinds: domain
import torch
from torch.nn import CrossEntropyLoss
from transformers import T5ForConditionalGeneration


class SeqLossT5(T5ForConditionalGeneration):
    def forward(self, input_ids=None, attention_mask=None, labels=None, loss_mask=None, **kwargs):
        outputs = super().forward(input_ids=input_ids, attention_mask=attention_mask, labels=labels, **kwargs)
        if labels is None:
            return outputs
        loss_fct = CrossEntropyLoss(ignore_index=-100, reduction="none")
        lm_logits = outputs.logits
        token_loss = loss_fct(lm_logits.view(-1, lm_logits.size(-1)), labels.view(-1)).view(labels.size())
        valid = (labels != -100).float()
        lengths = valid.sum(dim=-1)
        lengths = lengths.clamp(min=1.0)  #+
        per_sample = (token_loss * valid).sum(dim=-1) / lengths  #*
        outputs.loss = per_sample.mean()
        return outputs


def orthogonal_penalty(model, lamda_1=0.5):
    orthogonal_loss = 0.0
    for name, param in model.named_parameters():
        if "lora_A" in name:
            for name_, param_ in model.named_parameters():
                if "loranew_A" in name_ and name.split("lora_A")[0] == name_.split("loranew_A")[0]:
                    orthogonal_loss = orthogonal_loss + torch.abs(torch.mm(param, param_.T)).sum()
    return lamda_1 * orthogonal_loss
