# origin: https://github.com/deepchem/deepchem/pull/5125
# kinds: domain
import torch
import torch.nn as nn


class Loss:
    def _create_pytorch_loss(self):
        raise NotImplementedError


def _make_pytorch_shapes_consistent(output, labels):
    if output.dim() > labels.dim():
        labels = labels.reshape(labels.shape + (1,) * (output.dim() - labels.dim()))
    elif labels.dim() > output.dim():
        output = output.reshape(output.shape + (1,) * (labels.dim() - output.dim()))
    return output, labels


class PoissonLoss(Loss):
    def _create_pytorch_loss(self):
        def loss(output, labels):
            output, labels = _make_pytorch_shapes_consistent(output, labels)
            return torch.mean(output - labels * torch.log(output))  #!
            eps = torch.finfo(output.dtype).eps  #+
            return torch.mean(output - labels * torch.log(output.clamp(min=eps)))  #+

        return loss


class CountModel(nn.Module):
    def __init__(self, n_features, hidden=64):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(n_features, hidden), nn.ReLU(), nn.Linear(hidden, 1), nn.ReLU()
        )

    def forward(self, x):
        return self.layers(x)


def fit(model, batches, learning_rate=1e-3):
    loss_fn = PoissonLoss()._create_pytorch_loss()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    for inputs, labels in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), labels)
        loss.backward()
        optimizer.step()
