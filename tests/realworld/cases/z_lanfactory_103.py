# origin: https://github.com/lnccbrown/LANfactory/pull/103
# kinds: overflow domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class TorchMLP(nn.Module):
    """Network for choice probabilities or log-likelihoods of sequential sampling models."""

    ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}

    def __init__(self, input_size, layer_sizes=(100, 100, 1), activations=("tanh", "tanh"), train_output_type="logits"):
        super().__init__()
        if train_output_type not in ("logprob", "logits"):
            raise ValueError(f"unknown output type {train_output_type}")
        self.train_output_type = train_output_type
        self.layers = nn.ModuleList()
        width = input_size
        for size, name in zip(layer_sizes[:-1], activations):
            self.layers.append(nn.Linear(width, size))
            self.layers.append(self.ACTIVATIONS[name]())
            width = size
        self.layers.append(nn.Linear(width, layer_sizes[-1]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = layer(x)
        out = self.layers[-1](x)
        if self.training or self.train_output_type == "logprob":
            return out
        return -torch.log(1 + torch.exp(-out))  #!
        return F.logsigmoid(out)  #+


def load_for_inference(state_dict, input_size, **kwargs):
    net = TorchMLP(input_size, **kwargs)
    net.load_state_dict(state_dict)
    net.eval()
    for p in net.parameters():
        p.requires_grad_(False)
    return net


def choice_log_likelihood(net, theta, data):
    """Sum over trials; differentiable in theta for gradient-based samplers."""
    rows = torch.cat([theta.expand(data.shape[0], -1), data], dim=1)
    return net(rows).sum()
