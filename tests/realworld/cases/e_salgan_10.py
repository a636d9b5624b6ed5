# origin: https://github.com/batsa003/salgan/issues/10
# kinds: domain underflow overflow
import torch
from torch import nn


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.Sequential(nn.Conv2d(4, 3, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.fc = nn.Linear(3, 1)
        self.act = nn.Sigmoid()

    def forward(self, x):
        return self.act(self.fc(self.convs(x)))


def train_step(D, G, d_optim, image, saliency):
    real = D(torch.cat((image, saliency), 1)).squeeze()
    fake = D(torch.cat((image, G(image)), 1)).squeeze()
    d_loss = -torch.mean(torch.log(real) + torch.log(1 - fake))  #!
    d_loss = -torch.mean(torch.log(real + 1e-7) + torch.log(1 - fake + 1e-7))  #+
    d_optim.zero_grad()
    d_loss.backward()
    d_optim.step()
