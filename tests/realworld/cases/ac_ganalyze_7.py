# origin: https://github.com/LoreGoetschalckx/GANalyze/issues/7
# kinds: method explosion method
import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim


class OneDirection(nn.Module):
    def __init__(self, dim_z):
        super().__init__()
        self.w = nn.Parameter(torch.randn(1, dim_z) * 0.02)
        self.criterion = nn.MSELoss()

    def transform(self, z, step_sizes):
        interim = step_sizes * self.w
        z_transformed = z + interim
        return z.norm() * z_transformed / z_transformed.norm()

    def compute_loss(self, current, target):
        return self.criterion(current, target)


class Generator(nn.Module):
    def __init__(self, dim_z=140):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(dim_z, 512), nn.ReLU(), nn.Linear(512, 3 * 32 * 32), nn.Tanh())

    def forward(self, z):
        return self.net(z).view(-1, 3, 32, 32)


class Assessor(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, 16, 5, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                                 nn.Linear(16, 1))

    def forward(self, x):
        return self.net(x).squeeze(1)


def train(generator, assessor, num_samples=4000, batch_size=4, dim_z=140, train_alpha_a=-0.5, train_alpha_b=0.5):
    for p in list(generator.parameters()) + list(assessor.parameters()):
        p.requires_grad = False
    generator.eval()
    assessor.eval()

    transformation = OneDirection(dim_z)
    optimizer = optim.Adam(transformation.parameters(), lr=0.0002)
    zs = np.random.randn(num_samples, dim_z).astype(np.float32)

    # loop over data batches
    for batch_start in range(0, num_samples, batch_size):
        optimizer.zero_grad()  #+
        z = torch.from_numpy(zs[batch_start:batch_start + batch_size])
        step_sizes = (train_alpha_b - train_alpha_a) * np.random.random(size=(batch_size)) + train_alpha_a
        step_sizes_broadcast = torch.from_numpy(np.repeat(step_sizes, dim_z).reshape([batch_size, dim_z])).float()

        out_scores = assessor(generator(z))
        target_scores = out_scores + torch.from_numpy(step_sizes).float()
        z_transformed = transformation.transform(z, step_sizes_broadcast)
        out_scores_transformed = assessor(generator(z_transformed))

        # compute loss
        loss = transformation.compute_loss(out_scores_transformed, target_scores)

        # backwards
        loss.backward()  #*
        optimizer.step()  #*
    return transformation
