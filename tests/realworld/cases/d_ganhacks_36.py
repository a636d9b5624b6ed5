# origin: https://github.com/soumith/ganhacks/issues/36
# kinds: vanishing underflow overflow
import torch.nn as nn
import torch


class Discriminator(nn.Module):
    def __init__(self, ndf=64):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(3, ndf, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf, 1, 4, 1, 0, bias=False),
            nn.Sigmoid(),  #-
        )

    def forward(self, input):
        return self.main(input).view(-1)


netD = Discriminator()
criterion = nn.BCELoss()  #-
criterion = nn.BCEWithLogitsLoss()  #+
optimizerD = torch.optim.Adam(netD.parameters(), lr=2e-4, betas=(0.5, 0.999))


def discriminator_step(real, fake):
    netD.zero_grad()
    out = netD(real)
    errD_real = criterion(out, torch.ones_like(out))  #*
    out = netD(fake.detach())
    errD_fake = criterion(out, torch.zeros_like(out))  #*
    (errD_real + errD_fake).backward()
    optimizerD.step()
