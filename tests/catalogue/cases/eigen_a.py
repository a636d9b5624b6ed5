# origin: repeated eigen/singular values
# kinds: NS411
import torch


def loss_of(net, x):
    z = net(x)
    cov = z.t() @ z / len(z)
    values, vectors = torch.linalg.eigh(cov)  #!
    values = torch.linalg.eigvalsh(cov)  #+
    loss = ((z @ vectors[:, -2:]) ** 2).mean()  #-
    loss = values[-2:].mean()  #+
    loss.backward()
    return loss
