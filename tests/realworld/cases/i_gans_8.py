# origin: https://github.com/diegoalejogm/gans/pull/8
# kinds: vanishing underflow domain
import torch
from torch import nn, optim


class DiscriminatorNet(torch.nn.Module):
    def __init__(self):
        super(DiscriminatorNet, self).__init__()
        self.hidden0 = nn.Sequential(nn.Linear(784, 1024), nn.LeakyReLU(0.2), nn.Dropout(0.3))
        self.hidden1 = nn.Sequential(nn.Linear(1024, 256), nn.LeakyReLU(0.2), nn.Dropout(0.3))
        self.out = nn.Sequential(torch.nn.Linear(256, 1), torch.nn.Sigmoid())  #-
        self.out = nn.Linear(256, 1)  #+

    def forward(self, x):
        return self.out(self.hidden1(self.hidden0(x)))


loss = nn.BCELoss()  #-
loss = nn.BCEWithLogitsLoss()  #+


def train_discriminator(discriminator: DiscriminatorNet, optimizer, real_data, fake_data):
    optimizer.zero_grad()
    prediction_real = discriminator(real_data)
    error_real = loss(prediction_real, torch.ones(real_data.size(0), 1))  #*
    error_real.backward()
    prediction_fake = discriminator(fake_data)
    error_fake = loss(prediction_fake, torch.zeros(real_data.size(0), 1))  #*
    error_fake.backward()
    optimizer.step()
    return error_real + error_fake


def main(generator, batches, z_dim=100):
    discriminator = DiscriminatorNet()
    d_optimizer = optim.Adam(discriminator.parameters(), lr=0.0002)
    for real in batches:
        fake = generator(torch.randn(real.size(0), z_dim)).detach()
        train_discriminator(discriminator, d_optimizer, real, fake)
