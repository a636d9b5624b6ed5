# origin: https://github.com/wiseodd/generative-models/issues/18
# kinds: domain underflow overflow
import torch
import torch.nn as nn
from torch.autograd import Variable


class Discriminator(nn.Module):
    def __init__(self, X_dim, h_dim):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(X_dim, h_dim), nn.ReLU(), nn.Linear(h_dim, 1), nn.Sigmoid())  #-
        self.net = nn.Sequential(nn.Linear(X_dim, h_dim), nn.ReLU(), nn.Linear(h_dim, 1))  #+

    def forward(self, x):
        return self.net(x)


G = nn.Sequential(nn.Linear(100, 128), nn.ReLU(), nn.Linear(128, 784), nn.Sigmoid())
D = Discriminator(784, 128)
D_solver = torch.optim.Adam(D.parameters(), lr=1e-3)
bce = nn.BCEWithLogitsLoss()  #+


def d_step(X):
    G_sample = G(Variable(torch.randn(X.size(0), 100)))
    D_real = D(X)
    D_fake = D(G_sample)
    D_loss = -torch.mean(torch.log(D_real) + torch.log(1 - D_fake))  #!
    D_loss = bce(D_real, torch.ones_like(D_real)) + bce(D_fake, torch.zeros_like(D_fake))  #+
    D_solver.zero_grad()
    D_loss.backward()
    D_solver.step()
