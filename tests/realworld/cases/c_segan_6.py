# origin: https://github.com/YuanXue1993/SegAN/issues/6
# kinds: domain
import numpy as np
import torch


def evaluate(net, dataloader):
    net.eval()
    IoUs, dices = [], []
    for data, gt in dataloader:
        pred = torch.sigmoid(net(data))
        pred[pred < 0.5] = 0
        pred[pred >= 0.5] = 1
        pred = pred.cpu().numpy()
        gt = gt.cpu().numpy()
        for x in range(gt.shape[0]):
            IoU = np.sum(pred[x][gt[x] == 1]) / float(  #!
                np.sum(pred[x]) + np.sum(gt[x]) - np.sum(pred[x][gt[x] == 1])  #-
            )  #-
            dice = np.sum(pred[x][gt[x] == 1]) * 2 / float(np.sum(pred[x]) + np.sum(gt[x]))  #!
            both = np.sum(pred[x][gt[x] == 1])  #+
            IoU = both / max(float(np.sum(pred[x]) + np.sum(gt[x]) - both), 1.0)  #+
            dice = both * 2 / max(float(np.sum(pred[x]) + np.sum(gt[x])), 1.0)  #+
            IoUs.append(IoU)
            dices.append(dice)
    return np.mean(IoUs), np.mean(dices)
