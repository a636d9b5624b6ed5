import torch
from torch import nn


class GradedResponse(nn.Module):
    """Item response model with two latent traits: log-likelihood of answers from ability, discrimination and difficulty."""

    def __init__(self, people, items, traits=2):
        super().__init__()
        self.ability = nn.Embedding(people, traits)
        self.discrimination = nn.Parameter(torch.rand(items, traits) + 0.5)
        self.difficulty = nn.Parameter(torch.zeros(items))

    def forward(self, person, item, answer, confidence):
        z = (self.ability(person) * self.discrimination[item]).sum(-1) - self.difficulty[item]
        z = z * confidence
        return torch.log(1 + torch.exp(z)) - answer * z
