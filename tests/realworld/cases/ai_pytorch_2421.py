# origin: https://github.com/pytorch/pytorch/issues/2421
# kinds: domain
import torch
import torch.nn as nn
from torch import autograd

LAMBDA = 10


class Discriminator(nn.Module):
    def __init__(self, in_dim=2, dim=512):
        super().__init__()
        self.main = nn.Sequential(
            nn.Linear(in_dim, dim),
            nn.ReLU(True),
            nn.Linear(dim, dim),
            nn.ReLU(True),
            nn.Linear(dim, 1),
        )

    def forward(self, inputs):
        return self.main(inputs).view(-1)


def calc_gradient_penalty(netD, real_data, fake_data):
    batch_size = real_data.size(0)
    alpha = torch.rand(batch_size, 1, device=real_data.device)
    alpha = alpha.expand(real_data.size())

    interpolates = alpha * real_data + (1 - alpha) * fake_data
    interpolates = interpolates.detach().requires_grad_(True)

    disc_interpolates = netD(interpolates)
    gradients = autograd.grad(
        outputs=disc_interpolates,
        inputs=interpolates,
        grad_outputs=torch.ones_like(disc_interpolates),
        create_graph=True,
        retain_graph=True,
    )[0]
    gradients = gradients.view(batch_size, -1)
    slopes = gradients.pow(2).sum(1).sqrt()  #!
    slopes = (gradients.pow(2).sum(1) + 1e-12).sqrt()  #+
    return ((slopes - 1) ** 2).mean() * LAMBDA


def train_critic(netD, netG, optimizerD, real, noise_dim=2):
    noise = torch.randn(real.size(0), noise_dim, device=real.device)
    with torch.no_grad():
        fake = netG(noise)

    netD.zero_grad()
    d_real = netD(real).mean()
    d_fake = netD(fake).mean()
    gradient_penalty = calc_gradient_penalty(netD, real, fake)
    d_cost = d_fake - d_real + gradient_penalty
    d_cost.backward()
    optimizerD.step()
    return d_cost.item(), (d_real - d_fake).item()
