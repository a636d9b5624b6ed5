# origin: saturating GAN loss
# kinds: NS513
import torch
import torch.nn as nn

criterion = nn.BCELoss()


def generator_step(netD, netG, noise, optimizer, fake_label=0.0):
    netG.zero_grad()
    output = netD(netG(noise)).view(-1)
    label = torch.full_like(output, fake_label)  #-
    label = torch.full_like(output, 1.0 - fake_label)  #+
    errG = -criterion(output, label)  #!
    errG = criterion(output, label)  #+
    errG.backward()
    optimizer.step()
