# origin: https://github.com/prateekbhustali/Physics-Informed-Neural-Networks/issues/1
# kinds: domain
import torch
import torch.nn as nn


def gradients(outputs, inputs):
    return torch.autograd.grad(outputs, inputs, grad_outputs=torch.ones_like(outputs), create_graph=True)


class NonlinearDiffusion(nn.Module):
    def __init__(self, hidden=32, layers=4, d0=1.1e-2, exponent=1.2):
        super().__init__()
        blocks = [nn.Linear(2, hidden), nn.Tanh()]
        for _ in range(layers - 1):
            blocks += [nn.Linear(hidden, hidden), nn.Tanh()]
        blocks.append(nn.Linear(hidden, 1))
        self.net = nn.Sequential(*blocks)
        self.d0 = d0
        self.exponent = exponent

    def forward(self, x):
        return self.net(x)

    def loss_internal(self, x_train):
        g = x_train.clone().requires_grad_(True)
        u = self.forward(g)
        u_t = gradients(u, g)[0][:, [1]]
        D = self.d0 * u ** self.exponent  #!
        D = self.d0 * u.clamp_min(1e-6) ** self.exponent  #+
        D_x = gradients(D, g)[0][:, [0]]
        pde = u_t - D_x
        return pde.pow(2).mean()

    def loss_boundary(self, x_bound, u_bound):
        return (self.forward(x_bound) - u_bound).pow(2).mean()


def train(model, x_int, x_bound, u_bound, epochs=1000, lr=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = model.loss_internal(x_int) + model.loss_boundary(x_bound, u_bound)
        loss.backward()
        optimizer.step()
    return loss.item()
