# origin: https://github.com/clcarwin/focal_loss_pytorch/issues/13
# kinds: domain explosion
import torch
import torch.nn as nn
import torch.nn.functional as F


class FocalLoss(nn.Module):
    def __init__(self, gamma=0.5, alpha=None, size_average=True, eps=1e-6):
        super(FocalLoss, self).__init__()
        self.gamma = gamma
        self.alpha = alpha
        self.eps = eps
        if isinstance(alpha, (float, int)):
            self.alpha = torch.Tensor([alpha, 1 - alpha])
        if isinstance(alpha, list):
            self.alpha = torch.Tensor(alpha)
        self.size_average = size_average

    def forward(self, input, target):
        if input.dim() > 2:
            input = input.view(input.size(0), input.size(1), -1)  # N,C,H,W => N,C,H*W
            input = input.transpose(1, 2)
            input = input.contiguous().view(-1, input.size(2))
        target = target.view(-1, 1)

        logpt = F.log_softmax(input, dim=1)
        logpt = logpt.gather(1, target)
        logpt = logpt.view(-1)
        pt = logpt.exp()

        if self.alpha is not None:
            if self.alpha.type() != input.data.type():
                self.alpha = self.alpha.type_as(input.data)
            at = self.alpha.gather(0, target.view(-1))
            logpt = logpt * at

        loss = -1 * (1 - pt) ** self.gamma * logpt  #!
        loss = -1 * (1 - pt + self.eps) ** self.gamma * logpt  #+
        if self.size_average:
            return loss.mean()
        else:
            return loss.sum()


if __name__ == "__main__":
    torch.manual_seed(0)
    net = nn.Conv2d(3, 5, 1)
    opt = torch.optim.SGD(net.parameters(), lr=10.0)
    crit = FocalLoss(gamma=0.5)
    x = torch.rand(8, 3, 16, 16) * 10
    y = (x.sum(1) > 15).long()
    for i in range(2000):
        opt.zero_grad()
        loss = crit(net(x), y)
        loss.backward()
        opt.step()
        if i % 200 == 0:
            print(i, loss.item())
