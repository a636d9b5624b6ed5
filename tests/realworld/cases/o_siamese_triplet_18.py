# origin: https://github.com/adambielski/siamese-triplet/issues/18
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.convnet = nn.Sequential(
            nn.Conv2d(1, 32, 5), nn.PReLU(), nn.MaxPool2d(2, stride=2),
            nn.Conv2d(32, 64, 5), nn.PReLU(), nn.MaxPool2d(2, stride=2))
        self.fc = nn.Sequential(nn.Linear(64 * 4 * 4, 256), nn.PReLU(), nn.Linear(256, 2))

    def forward(self, x):
        output = self.convnet(x)
        return self.fc(output.view(output.size(0), -1))


class SiameseNet(nn.Module):
    def __init__(self, embedding_net):
        super().__init__()
        self.embedding_net = embedding_net

    def forward(self, x1, x2):
        return self.embedding_net(x1), self.embedding_net(x2)


class ContrastiveLoss(nn.Module):
    def __init__(self, margin):
        super().__init__()
        self.margin = margin
        self.eps = 1e-9

    def forward(self, output1, output2, target, size_average=True):
        target = target.float()
        distances = (output2 - output1).pow(2).sum(1)
        hinge = F.relu(self.margin - distances.sqrt())  #!
        hinge = F.relu(self.margin - (distances + self.eps).sqrt())  #+
        losses = 0.5 * (target * distances + (1 - target) * hinge.pow(2))
        return losses.mean() if size_average else losses.sum()


def train_step(model, loss_fn, optimizer, data, target):
    optimizer.zero_grad()
    out1, out2 = model(*data)
    loss = loss_fn(out1, out2, target)
    loss.backward()
    optimizer.step()
    return loss.item()
