# origin: https://github.com/VGraphRNN/VGRNN/issues/4
# kinds: explosion
import torch
import torch.nn as nn


class VGRNN(nn.Module):
    def __init__(self, x_dim, h_dim):
        super().__init__()
        self.phi_x = nn.Sequential(nn.Linear(x_dim, h_dim), nn.ReLU())
        self.rnn = nn.GRU(h_dim, h_dim)

    def forward(self, x):
        out, h = self.rnn(self.phi_x(x))
        return (out**2).mean(), h


model = VGRNN(32, 32)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
clip = 10


def fit(x_in):
    for k in range(1000):
        optimizer.zero_grad()
        loss, hidden = model(x_in)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), clip)  #+
        optimizer.step()
        nn.utils.clip_grad_norm(model.parameters(), clip)  #!
