# origin: https://github.com/POSTECH-CVLab/PyTorch-StudioGAN/issues/67
# kinds: domain vanishing cancellation
import torch
import torch.nn as nn
import torch.nn.functional as F


class Discriminator(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, width, 4, 2, 1),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width, 2 * width, 4, 2, 1),
            nn.LeakyReLU(0.2, inplace=True),
        )
        self.head = nn.Linear(2 * width, 1)

    def forward(self, images):
        h = self.body(images).sum(dim=(2, 3))
        return self.head(h).squeeze(1)


def loss_dcgan_dis(dis_out_real, dis_out_fake):
    ones = torch.ones_like(dis_out_fake)
    real_part = F.logsigmoid(dis_out_real)
    fake_part = (ones - dis_out_fake.sigmoid()).log()  #!
    fake_part = F.logsigmoid(-dis_out_fake)  #+
    return -torch.mean(real_part + fake_part)


def loss_dcgan_gen(gen_out_fake):
    return -torch.mean(F.logsigmoid(gen_out_fake))


def discriminator_step(dis, gen, optimizer, real_images, z_dim=128):
    z = torch.randn(real_images.size(0), z_dim, device=real_images.device)
    with torch.no_grad():
        fake_images = gen(z)
    optimizer.zero_grad()
    loss = loss_dcgan_dis(dis(real_images), dis(fake_images))
    loss.backward()
    optimizer.step()
    return loss.item()
