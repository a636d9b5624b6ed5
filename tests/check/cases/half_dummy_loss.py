import torch


def loss(head, features, valid):
    head = head.half()
    preds = head(features.half())
    if not valid.any():
        return preds.sum() * 0.0  # NS110
