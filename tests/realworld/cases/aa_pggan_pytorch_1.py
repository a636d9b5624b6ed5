# origin: https://github.com/ziwei-jiang/PGGAN-PyTorch/issues/1
# kinds: domain domain method
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader


class EqualizedLR_Conv2d(nn.Module):
    def __init__(self, in_ch, out_ch, kernel_size, stride=1, padding=0):
        super().__init__()
        self.padding = padding
        self.stride = stride
        self.scale = np.sqrt(2 / (in_ch * kernel_size[0] * kernel_size[1]))
        self.weight = nn.Parameter(torch.randn(out_ch, in_ch, *kernel_size))
        self.bias = nn.Parameter(torch.zeros(out_ch))

    def forward(self, x):
        return F.conv2d(x, self.weight * self.scale, self.bias, self.stride, self.padding)


class Minibatch_std(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, x):
        size = list(x.size())
        size[1] = 1
        std = torch.std(x, dim=0)  #!
        std = torch.sqrt(torch.var(x, dim=0, unbiased=False) + 1e-8)  #+
        mean = torch.mean(std)
        return torch.cat((x, mean.repeat(size)), dim=1)


class Discriminator(nn.Module):
    def __init__(self, ch=32):
        super().__init__()
        self.from_rgb = EqualizedLR_Conv2d(3, ch, (1, 1))
        self.minibatch_std = Minibatch_std()
        self.conv1 = EqualizedLR_Conv2d(ch + 1, ch, (3, 3), padding=1)
        self.conv2 = EqualizedLR_Conv2d(ch, ch, (4, 4))
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(ch, 1)

    def forward(self, x):
        x = F.leaky_relu(self.from_rgb(x), 0.2)
        x = self.minibatch_std(x)
        x = F.leaky_relu(self.conv1(x), 0.2)
        x = F.leaky_relu(self.conv2(x), 0.2)
        return self.fc(self.flatten(x))


def train(dataset, gen, disc, latent_size=64, batch_size=8, epochs=10, lr=1e-3, drift=0.001):
    databar = DataLoader(dataset, batch_size=batch_size, shuffle=True)
    d_optim = torch.optim.Adam(disc.parameters(), lr=lr, betas=(0.0, 0.99))
    g_optim = torch.optim.Adam(gen.parameters(), lr=lr, betas=(0.0, 0.99))
    for epoch in range(epochs):
        for i, samples in enumerate(databar):
            z = torch.randn(samples.size(0), latent_size)
            fake = gen(z)
            d_fake, d_real = disc(fake.detach()), disc(samples)
            d_loss = F.softplus(d_fake).mean() + F.softplus(-d_real).mean() + drift * (d_real ** 2).mean()
            d_optim.zero_grad()
            d_loss.backward()
            d_optim.step()

            g_loss = F.softplus(-disc(gen(z))).mean()
            g_optim.zero_grad()
            g_loss.backward()
            g_optim.step()
