import torch
import torch.nn as nn
import torch.nn.functional as F

def train(loader, model, opt, scaler, n):
    for i, (x, y) in enumerate(loader):
        with torch.autocast('cuda'):
            loss = model(x, y) / n
        scaler.scale(loss).backward()
        scaler.unscale_(opt)  # NS613
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # NS502
        if (i + 1) % n == 0:
            scaler.step(opt)
            scaler.update()
            opt.zero_grad()
