# origin: https://github.com/huggingface/sentence-transformers/pull/4033
# kinds: domain
import torch
from torch import nn
from transformers import AutoModel


class MeanPooler(nn.Module):
    def __init__(self, name="bert-base-uncased", normalize=True):
        super().__init__()
        self.encoder = AutoModel.from_pretrained(name)
        self.normalize = normalize

    def pool(self, token_embeddings, attention_mask):
        expanded = attention_mask.unsqueeze(-1).expand(token_embeddings.size()).float()
        summed = torch.sum(token_embeddings * expanded, 1)
        counts = expanded.sum(1)
        counts = torch.clamp(counts, min=1e-9)  #+
        return summed / counts  #*

    def forward(self, features):
        output = self.encoder(input_ids=features["input_ids"], attention_mask=features["attention_mask"])
        pooled = self.pool(output.last_hidden_state, features["attention_mask"])
        return nn.functional.normalize(pooled, dim=-1) if self.normalize else pooled
