# origin: https://github.com/DuaneNielsen/DeepInfomaxPytorch/issues/9
# kinds: domain underflow overflow
import torch
import torch.nn as nn
import torch.nn.functional as F


class PriorDiscriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.l0 = nn.Linear(64, 1000)
        self.l1 = nn.Linear(1000, 200)
        self.l2 = nn.Linear(200, 1)

    def forward(self, x):
        h = F.relu(self.l0(x))
        h = F.relu(self.l1(h))
        return torch.sigmoid(self.l2(h))  #-
        return self.l2(h)  #+


class DeepInfoMaxLoss(nn.Module):
    def __init__(self, global_d, local_d, alpha=0.5, beta=1.0, gamma=0.1):
        super().__init__()
        self.global_d, self.local_d = global_d, local_d
        self.prior_d = PriorDiscriminator()
        self.alpha, self.beta, self.gamma = alpha, beta, gamma

    def forward(self, y, M, M_prime):
        y_exp = y.unsqueeze(-1).unsqueeze(-1).expand(-1, -1, 26, 26)
        Ej = -F.softplus(-self.local_d(torch.cat((M, y_exp), dim=1))).mean()
        Em = F.softplus(self.local_d(torch.cat((M_prime, y_exp), dim=1))).mean()
        LOCAL = (Em - Ej) * self.beta
        Eg = F.softplus(self.global_d(y, M_prime)).mean() + F.softplus(-self.global_d(y, M)).mean()
        GLOBAL = Eg * self.alpha
        prior = torch.rand_like(y)
        term_a = torch.log(self.prior_d(prior)).mean()  #!
        term_b = torch.log(1.0 - self.prior_d(y)).mean()  #!
        term_a = F.logsigmoid(self.prior_d(prior)).mean()  #+
        term_b = F.logsigmoid(-self.prior_d(y)).mean()  #+
        PRIOR = -(term_a + term_b) * self.gamma
        return LOCAL + GLOBAL + PRIOR
