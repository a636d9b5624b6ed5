# origin: https://github.com/tracel-ai/burn/issues/5373
# kinds: overflow
import torch


class Softplus(torch.nn.Module):
    def __init__(self, beta=1.0):
        super().__init__()
        self.beta = beta

    def forward(self, x):
        return torch.log(1 + torch.exp(self.beta * x)) / self.beta  #!
        return torch.nn.functional.softplus(x, beta=self.beta)  #+


class RateModel(torch.nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.linear = torch.nn.Linear(inputs, 1)
        self.positive = Softplus(beta=5.0)

    def forward(self, features):
        return self.positive(self.linear(features))
