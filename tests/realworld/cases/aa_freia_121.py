# origin: https://github.com/vislearn/FrEIA/issues/121
# kinds: domain
import torch
import torch.nn as nn


class ActNorm(nn.Module):
    """Per-channel affine layer whose parameters come from the first batch."""

    def __init__(self, dims_in, init_data=None):
        super().__init__()
        self.dims_in = dims_in[0]
        param_dims = [1, self.dims_in[0]] + [1 for i in range(len(self.dims_in) - 1)]
        self.scale = nn.Parameter(torch.zeros(*param_dims))
        self.bias = nn.Parameter(torch.zeros(*param_dims))

        if init_data is not None:
            self.initialize_with_data(init_data)
        else:
            self.init_on_next_batch = True

    def initialize_with_data(self, data):
        channels = data.transpose(0, 1).contiguous().view(self.dims_in[0], -1)
        self.scale.data.view(-1)[:] = torch.log(1 / channels.std(dim=-1))  #!
        self.scale.data.view(-1)[:] = torch.log(1 / (channels.std(dim=-1) + 1e-6))  #+
        data = data * self.scale.exp()
        self.bias.data.view(-1)[:] = -data.transpose(0, 1).contiguous().view(
            self.dims_in[0], -1).mean(dim=-1)
        self.init_on_next_batch = False

    def forward(self, x, rev=False):
        if self.init_on_next_batch:
            self.initialize_with_data(x[0])
        jac = (self.scale.sum() * x[0][0, 0].numel()).repeat(x[0].shape[0])
        if not rev:
            return [x[0] * self.scale.exp() + self.bias], jac
        return [(x[0] - self.bias) / self.scale.exp()], -jac


class PermuteRandom(nn.Module):
    def __init__(self, dims_in):
        super().__init__()
        self.register_buffer("perm", torch.randperm(dims_in[0][0]))

    def forward(self, x):
        return [x[0][:, self.perm]], torch.zeros(x[0].shape[0])


class Flow(nn.Module):
    def __init__(self, dims, depth=4):
        super().__init__()
        self.blocks = nn.ModuleList()
        for _ in range(depth):
            self.blocks.append(ActNorm([dims]))
            self.blocks.append(PermuteRandom([dims]))

    def forward(self, x):
        log_det = 0
        for block in self.blocks:
            (x,), jac = block([x])
            log_det = log_det + jac
        return x, log_det


def train(loader, dims=(3, 64, 64), epochs=10):
    flow = Flow(dims)
    optimizer = torch.optim.Adam(flow.parameters(), lr=1e-4)
    for epoch in range(epochs):
        for images in loader:
            z, log_det = flow(images)
            loss = (0.5 * z.pow(2).flatten(1).sum(1) - log_det).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
