# origin: https://github.com/emited/VariationalRecurrentNeuralNetwork/issues/10
# kinds: domain underflow
import torch
import torch.nn as nn

EPS = torch.finfo(torch.float).eps


class VRNN(nn.Module):
    def __init__(self, x_dim, h_dim, z_dim):
        super().__init__()
        self.h_dim, self.z_dim = h_dim, z_dim
        self.phi_x = nn.Sequential(nn.Linear(x_dim, h_dim), nn.ReLU())
        self.phi_z = nn.Sequential(nn.Linear(z_dim, h_dim), nn.ReLU())
        self.enc = nn.Sequential(nn.Linear(2 * h_dim, h_dim), nn.ReLU())
        self.enc_mean = nn.Linear(h_dim, z_dim)
        self.enc_std = nn.Sequential(nn.Linear(h_dim, z_dim), nn.Softplus())
        self.dec = nn.Sequential(nn.Linear(2 * h_dim, h_dim), nn.ReLU())
        self.dec_mean = nn.Sequential(nn.Linear(h_dim, x_dim), nn.Sigmoid())
        self.rnn = nn.GRU(2 * h_dim, h_dim)

    def forward(self, x):
        h = x.new_zeros(1, x.size(1), self.h_dim)
        kld_loss, nll_loss = 0.0, 0.0
        for t in range(x.size(0)):
            phi_x_t = self.phi_x(x[t])
            enc_t = self.enc(torch.cat([phi_x_t, h[-1]], 1))
            mean_t, std_t = self.enc_mean(enc_t), self.enc_std(enc_t) + 1e-5
            z_t = mean_t + std_t * torch.randn_like(std_t)
            phi_z_t = self.phi_z(z_t)
            theta_t = self.dec_mean(self.dec(torch.cat([phi_z_t, h[-1]], 1)))
            _, h = self.rnn(torch.cat([phi_x_t, phi_z_t], 1).unsqueeze(0), h)
            kld_loss = kld_loss + self._kld_standard(mean_t, std_t)
            nll_loss = nll_loss + self._nll_bernoulli(theta_t, x[t])
        return kld_loss, nll_loss

    def _kld_standard(self, mean, std):
        return 0.5 * torch.sum(mean.pow(2) + std.pow(2) - 2 * torch.log(std) - 1)

    def _nll_bernoulli(self, theta, x):
        return -torch.sum(x * torch.log(theta + EPS) + (1 - x) * torch.log(1 - theta - EPS))  #!
        return -torch.sum(x * torch.log(theta + EPS) + (1 - x) * torch.log(1 - theta + EPS))  #+
