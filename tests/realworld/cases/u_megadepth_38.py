# origin: https://github.com/zhengqili/MegaDepth/issues/38
# kinds: domain
import torch
import torch.nn as nn


class JointLoss(nn.Module):
    def __init__(self, w_data=1.0, w_grad=0.5):
        super().__init__()
        self.w_data = w_data
        self.w_grad = w_grad

    def data_loss(self, log_prediction_d, mask, log_gt):
        n = mask.sum().clamp_min(1.0)
        log_d_diff = (log_prediction_d - log_gt) * mask
        s1 = torch.sum(log_d_diff ** 2) / n
        s2 = torch.sum(log_d_diff) ** 2 / (n * n)
        return s1 - s2

    def gradient_loss(self, log_prediction_d, mask, log_gt):
        n = mask.sum().clamp_min(1.0)
        log_d_diff = (log_prediction_d - log_gt) * mask
        v_gradient = torch.abs(log_d_diff[:, :-2, :] - log_d_diff[:, 2:, :])
        v_gradient = v_gradient * mask[:, :-2, :] * mask[:, 2:, :]
        h_gradient = torch.abs(log_d_diff[:, :, :-2] - log_d_diff[:, :, 2:])
        h_gradient = h_gradient * mask[:, :, :-2] * mask[:, :, 2:]
        return (v_gradient.sum() + h_gradient.sum()) / n

    def forward(self, log_prediction_d, targets):
        depth = targets["gt_0"]
        mask = (depth > 0).float()
        log_gt = torch.log(depth)  #!
        log_gt = torch.log(torch.where(depth > 0, depth, torch.ones_like(depth)))  #+
        loss = self.w_data * self.data_loss(log_prediction_d, mask, log_gt)
        return loss + self.w_grad * self.gradient_loss(log_prediction_d, mask, log_gt)


def optimize_parameters(net, images, targets, criterion, optimizer):
    optimizer.zero_grad()
    loss = criterion(net(images).squeeze(1), targets)
    loss.backward()
    optimizer.step()
    return loss.item()
