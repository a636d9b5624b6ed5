# origin: skipping NaN losses silently
# kinds: NS506
import torch


def train(loader, model, opt):
    for x in loader:
        loss = model(x).mean()
        if torch.isnan(loss).any():  #*
            opt.zero_grad()
            print("nan at", x)  #+
            continue
        loss.backward()
        opt.step()
