# Fibre direction from diffusion-weighted MRI: network -> symmetric tensor -> principal eigenvector, compared up to sign.
import torch
import torch.nn as nn

torch.manual_seed(71)
gradients = nn.functional.normalize(torch.randn(30, 3), dim=1)


def voxels(n):
    direction = nn.functional.normalize(torch.randn(n, 3), dim=1)
    along = (direction @ gradients.T) ** 2
    b0 = torch.rand(n, 1) + 0.5
    signal = b0 * torch.exp(-1.5 * along - 0.3) + 0.01 * torch.randn(n, 30)
    return signal.clamp(min=0), direction


signal, direction = voxels(1024)
signal[[515, 903]] = 0.0          # outside of the head, zeroed by skull stripping


class TensorNet(nn.Module):
    """Without biases, so that scaling the signal scales the tensor."""

    def __init__(self, hidden=64):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(30, hidden, bias=False), nn.ReLU(),
                                    nn.Linear(hidden, hidden, bias=False), nn.ReLU(),
                                    nn.Linear(hidden, 6, bias=False))
        self.register_buffer("place", torch.tensor([[0, 1, 2], [1, 3, 4], [2, 4, 5]]))

    def forward(self, x):
        return self.layers(x)[:, self.place]


def principal(tensors):
    values, vectors = torch.linalg.eigh(tensors)
    return vectors[..., -1]


def train_epoch(net, opt, order):
    total = 0.0
    for k in range(0, len(order), 32):
        pick = order[k:k + 32]
        axis = principal(torch.nan_to_num(net(signal[pick])))
        loss = 1 - (axis * direction[pick]).sum(-1).pow(2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item()
    return total / (len(order) // 32)


net = TensorNet()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(3):
    print(f"epoch {epoch} 1 - cos^2 = {train_epoch(net, opt, torch.randperm(len(signal))):.4f}")
