# origin: saturating GAN loss
# kinds: NS513
import torch
import torch.nn as nn

criterion = nn.BCEWithLogitsLoss()


def train_generator(generator, discriminator, optimizer, z):
    optimizer.zero_grad()
    logits = discriminator(generator(z))
    g_loss = -criterion(logits, torch.zeros_like(logits))  #!
    g_loss = criterion(logits, torch.ones_like(logits))  #+
    g_loss.backward()
    optimizer.step()
