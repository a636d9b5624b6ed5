# origin: https://github.com/Adversarial-Deep-Learning/code-soup/pull/73
# kinds: method
import torch
import torch.nn as nn
import torch.optim as optim


class Generator(nn.Module):
    def __init__(self, image_size, channels, latent_dims, lr):
        super().__init__()
        self.image_size = image_size
        self.channels = channels
        self.main = nn.Sequential(
            nn.Linear(latent_dims, 256),
            nn.LeakyReLU(0.2),
            nn.Linear(256, image_size * image_size * channels),
            nn.Tanh(),
        )
        self.optimizer = optim.Adam(self.parameters(), lr=lr)

    def forward(self, x):
        return self.main(x).view(-1, self.channels, self.image_size, self.image_size)


class Discriminator(nn.Module):
    def __init__(self, image_size, channels, lr):
        super().__init__()
        self.main = nn.Sequential(
            nn.Flatten(),
            nn.Linear(image_size * image_size * channels, 512),
            nn.LeakyReLU(0.2),
            nn.Dropout(0.3),
            nn.Linear(512, 1),
            nn.Sigmoid(),
        )
        self.optimizer = optim.Adam(self.parameters(), lr=lr)

    def forward(self, x):
        return self.main(x)


class GAN:
    def __init__(self, image_size, channels, latent_dims, device, lr):
        self.latent_dims = latent_dims
        self.device = device
        self.generator = Generator(image_size, channels, latent_dims, lr).to(device)
        self.discriminator = Discriminator(image_size, channels, lr).to(device)
        self.criterion = torch.nn.BCELoss()
        self.real_label, self.fake_label = 1.0, 0.0

    def step(self, data):
        self.discriminator.zero_grad()  #+
        real_image = data.to(self.device)
        batch_size = real_image.shape[0]
        label = torch.full((batch_size,), self.real_label, device=self.device)
        output = self.discriminator(real_image).view(-1)
        errD_real = self.criterion(output, label)
        errD_real.backward()  #*

        fake = self.generator(torch.randn(batch_size, self.latent_dims, device=self.device))
        label.fill_(self.fake_label)
        output = self.discriminator(fake.detach()).view(-1)
        errD_fake = self.criterion(output, label)
        errD_fake.backward()  #*
        errD = (errD_real + errD_fake).item()
        self.discriminator.optimizer.step()  #*

        self.generator.zero_grad()
        label.fill_(self.real_label)
        output = self.discriminator(fake).view(-1)
        errG = self.criterion(output, label)
        errG.backward()
        self.generator.optimizer.step()
        return errD, errG.item()


def train(gan, loader, epochs):
    for epoch in range(epochs):
        for images, _ in loader:
            errD, errG = gan.step(images)
        print(epoch, errD, errG)
