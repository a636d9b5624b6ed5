# origin: https://github.com/emited/VariationalRecurrentNeuralNetwork/issues/3
# kinds: explosion
import torch
import torch.nn as nn


def train(model, optimizer, train_loader, epoch, clip=10):
    train_loss = 0
    for batch_idx, (data, _) in enumerate(train_loader):
        data = (data.squeeze().transpose(0, 1) / 255.0).float()
        optimizer.zero_grad()
        kld_loss, nll_loss, _, _ = model(data)
        loss = kld_loss + nll_loss
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), clip)  #+
        optimizer.step()
        nn.utils.clip_grad_norm(model.parameters(), clip)  #!
        train_loss += loss.item()
    return train_loss
