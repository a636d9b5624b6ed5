# origin: saturating GAN loss
# kinds: NS513
import torch


def generator_loss(D, G, z):
    fake = torch.sigmoid(D(G(z)))
    return torch.log(1 - fake + 1e-8).mean()  #!
    return -torch.nn.functional.logsigmoid(D(G(z))).mean()  #+
