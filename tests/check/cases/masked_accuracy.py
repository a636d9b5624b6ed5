import torch


def accuracy(pred, y, mask):
    correct = (pred[mask] == y[mask]).float()
    return correct.mean()  # NS304
