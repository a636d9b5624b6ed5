# origin: https://github.com/pytorch/pytorch/issues/2421
# kinds: domain
import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F


class ConvNet(nn.Module):
    def __init__(self, num_classes=10, width=16):
        super(ConvNet, self).__init__()
        self.conv1 = nn.Conv2d(1, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.fc = nn.Linear(2 * width, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc(x.mean(dim=(2, 3)))


def group_lasso(model):
    """Sum over the output filters of the euclidean length of each filter."""
    penalty = 0.0
    for module in model.modules():
        if not isinstance(module, nn.Conv2d):
            continue
        for kernel in module.weight:
            length = kernel.pow(2).sum().sqrt()  #!
            length = torch.linalg.vector_norm(kernel)  #+
            penalty = penalty + length
    return penalty


@torch.no_grad()
def prune_filters(model, threshold):
    pruned = 0
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            keep = module.weight.flatten(1).abs().amax(1) > threshold
            module.weight.mul_(keep.view(-1, 1, 1, 1).float())
            module.bias.mul_(keep.float())
            pruned += int((~keep).sum())
    return pruned


def train(model, loader, args):
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
    for epoch in range(args.epochs):
        for data, target in loader:
            optimizer.zero_grad()
            output = model(data)
            loss = F.cross_entropy(output, target) + args.lasso * group_lasso(model)
            loss.backward()
            optimizer.step()
        n = prune_filters(model, args.threshold)
        print('epoch %d loss %.4f pruned %d' % (epoch, loss.item(), n))


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--lr', type=float, default=0.05)
    parser.add_argument('--epochs', type=int, default=4)
    parser.add_argument('--lasso', type=float, default=1e-3)
    parser.add_argument('--threshold', type=float, default=0.32)
    args = parser.parse_args()
    torch.manual_seed(1)
    batches = [(torch.randn(16, 1, 28, 28), torch.randint(0, 10, (16,))) for _ in range(8)]
    train(ConvNet(), batches, args)
