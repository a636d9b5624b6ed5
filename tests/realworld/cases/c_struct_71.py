# origin: https://github.com/harvardnlp/pytorch-struct/pull/71
# kinds: underflow domain overflow
import torch
from torch import nn


class HMM(nn.Module):
    def __init__(self, states, symbols):
        super().__init__()
        self.transition = nn.Parameter(torch.randn(states, states))
        self.emission = nn.Parameter(torch.randn(states, symbols))
        self.prior = nn.Parameter(torch.randn(states))

    def log_likelihood(self, obs):
        trans = self.transition.softmax(-1)  #-
        emit = self.emission.softmax(-1)  #-
        alpha = self.prior.softmax(-1) * emit[:, obs[0]]  #-
        for t in range(1, len(obs)):  #-
            alpha = (alpha @ trans) * emit[:, obs[t]]  #!
        return torch.log(alpha.sum())  #!
        trans = self.transition.log_softmax(-1)  #+
        emit = self.emission.log_softmax(-1)  #+
        alpha = self.prior.log_softmax(-1) + emit[:, obs[0]]  #+
        for t in range(1, len(obs)):  #+
            alpha = torch.logsumexp(alpha[:, None] + trans, 0) + emit[:, obs[t]]  #+
        return torch.logsumexp(alpha, 0)  #+
