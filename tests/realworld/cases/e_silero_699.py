# origin: https://github.com/snakers4/silero-vad/pull/699
# kinds: explosion method
import torch
import torch.nn as nn
from tqdm import tqdm


def train(config, loader, jit_model, decoder, criterion, optimizer, device):
    losses = []
    decoder.train()
    for _, (x, targets, masks) in tqdm(enumerate(loader), total=len(loader)):
        targets = targets.to(device)
        masks = masks.to(device)
        stacked = torch.cat([decoder(part) for part in x.split(1, 1)], dim=1)
        loss = criterion(stacked, targets)
        loss = (loss * masks).mean()
        optimizer.zero_grad()  #+
        loss.backward()  #*
        optimizer.step()  #*
        losses.append(loss.item())
    return sum(losses) / len(losses)
