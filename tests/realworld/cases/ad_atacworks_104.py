# origin: https://github.com/NVIDIA-Genomics-Research/AtacWorks/pull/104
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class CorrCoef(object):
    """Correlated coefficient."""

    def __call__(self, x, y):  #-
    def __call__(self, x, y, eps=1e-6):  #+
        x = x - x.mean()
        y = y - y.mean()
        self.val = torch.sum(x * y) / (torch.sqrt(torch.sum(x ** 2)) * torch.sqrt(torch.sum(y ** 2)))  #!
        self.val = torch.sum(x * y) / (torch.sqrt(torch.sum(x ** 2) + eps) * torch.sqrt(torch.sum(y ** 2) + eps))  #+
        return self.val


class PearsonLoss(nn.Module):
    """Pearson loss definition."""

    def forward(self, input, targets):
        r = CorrCoef()(input, targets)
        r_loss = 1 - r
        return r_loss


class MultiLoss(nn.Module):
    """Weighted sum of several losses on the same output."""

    def __init__(self, mse_weight=0.0005, pearson_weight=1.0):
        super(MultiLoss, self).__init__()
        self.mse_weight = mse_weight
        self.pearson_weight = pearson_weight
        self.pearson = PearsonLoss()

    def forward(self, input, targets):
        return self.mse_weight * F.mse_loss(input, targets) + self.pearson_weight * self.pearson(input, targets)


class DenoisingNet(nn.Module):
    def __init__(self, in_channels=1, channels=15, kernel_size=51, num_blocks=3):
        super(DenoisingNet, self).__init__()
        layers = [nn.Conv1d(in_channels, channels, kernel_size, padding=kernel_size // 2), nn.ReLU()]
        for _ in range(num_blocks):
            layers += [nn.Conv1d(channels, channels, kernel_size, padding=kernel_size // 2), nn.ReLU()]
        layers += [nn.Conv1d(channels, 1, 1), nn.ReLU()]
        self.net = nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x.unsqueeze(1)).squeeze(1)


def train(model, train_loader, optimizer, loss_func, device='cpu'):
    model.train()
    for batch in train_loader:
        x, y = batch['input'].to(device), batch['label_reg'].to(device)
        pred = model(x)
        loss = loss_func(pred, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()
