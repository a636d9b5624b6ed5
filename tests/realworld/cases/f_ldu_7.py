# origin: https://github.com/ENSTA-U2IS-AI/LDU/issues/7
# kinds: domain
import torch
import torch.nn as nn


class silog_loss(nn.Module):
    def __init__(self, variance_focus):
        super(silog_loss, self).__init__()
        self.variance_focus = variance_focus

    def forward(self, depth_est, depth_gt, mask):
        d = torch.log(depth_est * mask) - torch.log(depth_gt * mask)  #!
        d = torch.log(depth_est[mask].clamp(min=1e-3)) - torch.log(depth_gt[mask].clamp(min=1e-3))  #+
        d = d - d.mean()
        return torch.abs(d).mean() * 10.0


def online_step(model, criterion, sample_batched, args):
    image = torch.autograd.Variable(sample_batched["image"].cuda(args.gpu, non_blocking=True))
    focal = torch.autograd.Variable(sample_batched["focal"].cuda(args.gpu, non_blocking=True))
    depth_gt = torch.autograd.Variable(sample_batched["depth"].cuda(args.gpu, non_blocking=True))
    outputs = model(image, focal)
    depth_est = torch.nn.functional.softplus(outputs)
    if args.dataset == "nyu":
        mask = depth_gt > 0.1
    else:
        mask = depth_gt > 1.0
    return criterion(depth_est, depth_gt, mask.to(torch.bool))


def main(args, model, dataloader):
    criterion = silog_loss(variance_focus=args.variance_focus)
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=args.weight_decay, lr=args.learning_rate)
    for epoch in range(args.num_epochs):
        for step, sample_batched in enumerate(dataloader.data):
            optimizer.zero_grad()
            loss = online_step(model, criterion, sample_batched, args)
            loss.backward()
            optimizer.step()
