# origin: https://github.com/ZiqiaoPeng/DualTalk/issues/9
# kinds: method
import argparse

import numpy as np
import torch
import torch.nn as nn


def trainer(args, train_loader, dev_loader, model, optimizer, criterion, epochs=100):
    n_batches = len(train_loader)
    accum = args.gradient_accumulation_steps
    for epoch in range(epochs):
        loss_log = []
        model.train()
        optimizer.zero_grad()
        for i, (audio_a, audio_b, blendshape) in enumerate(train_loader):
            pred = model(audio_a, audio_b)
            loss = criterion(pred, blendshape)
            optimizer.zero_grad()  #!
            loss.backward()  #-
            window = min(accum, n_batches - i // accum * accum)  #+
            (loss / window).backward()  #+
            loss_log.append(loss.item())
            if (i + 1) % accum == 0 or i + 1 == n_batches:
                optimizer.step()
                optimizer.zero_grad()
        print(f"epoch {epoch + 1}: train {np.mean(loss_log):.7f}")

        model.eval()
        valid_log = []
        with torch.no_grad():
            for audio_a, audio_b, blendshape in dev_loader:
                valid_log.append(criterion(model(audio_a, audio_b), blendshape).item())
        print(f"epoch {epoch + 1}: valid {np.mean(valid_log):.7f}")
    return model


def main(model, train_loader, dev_loader):
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=1e-4)
    parser.add_argument("--max_epoch", type=int, default=100)
    parser.add_argument("--gradient_accumulation_steps", type=int, default=8)
    args = parser.parse_args()
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    return trainer(args, train_loader, dev_loader, model, optimizer, nn.MSELoss(), epochs=args.max_epoch)
