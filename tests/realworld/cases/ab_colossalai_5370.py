# origin: https://github.com/hpcaitech/ColossalAI/issues/5370
# kinds: domain method method
"""Continual pre-training on (source, target) pairs."""
from copy import deepcopy

import torch
import torch.nn as nn

IGNORE_INDEX = -100


def supervised_tokenize_pretrain(data_point, tokenizer, ignore_index=None, max_length=4096):
    if ignore_index is None:
        ignore_index = IGNORE_INDEX

    source_text = data_point["source"]
    target_text = data_point["target"]
    is_null_source = len(source_text) == 0

    source_text = tokenizer.bos_token + source_text
    target_text += tokenizer.eos_token
    sequence_text = source_text + target_text

    tokenized = tokenizer([source_text, sequence_text])["input_ids"]
    sequence_input_ids = tokenized[1]
    sequence_labels = deepcopy(sequence_input_ids)

    source_length = len(tokenized[0])
    if not is_null_source:
        sequence_labels[:source_length] = [ignore_index for _ in range(source_length)]

    # sequence truncation.
    if len(sequence_input_ids) > max_length:
        sequence_input_ids = sequence_input_ids[:max_length]
        sequence_labels = sequence_labels[:max_length]  #*
        if all(label == ignore_index for label in sequence_labels[1:]):  #+
            return None  #+

    return dict(input_ids=sequence_input_ids, labels=sequence_labels, seq_length=len(sequence_input_ids))


class GPTLMLoss(nn.Module):
    def __init__(self):
        super().__init__()
        self.loss = nn.CrossEntropyLoss()

    def forward(self, logits, labels):
        shift_logits = logits[..., :-1, :].contiguous()
        shift_labels = labels[..., 1:].contiguous()
        return self.loss(shift_logits.view(-1, shift_logits.size(-1)), shift_labels.view(-1))  #*


def train(model, tokenizer, dataset, lr=2e-5, max_length=4096):
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    loss_fn = GPTLMLoss()
    losses = []
    for data_point in dataset:
        sample = supervised_tokenize_pretrain(data_point, tokenizer, max_length=max_length)
        if sample is None:  #+
            continue  #+
        input_ids = torch.tensor([sample["input_ids"]])
        labels = torch.tensor([sample["labels"]])
        loss = loss_fn(model(input_ids), labels)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses
