# origin: skipping NaN losses silently
# kinds: NS506
import torch


def train(model, loader, opt):
    for batch in loader:
        opt.zero_grad()
        loss = model(batch).mean()
        if not torch.isnan(loss).any():  #!
            loss.backward()  #-
            opt.step()  #-
        if torch.isnan(loss).any():  #+
            raise RuntimeError("nan")  #+
        loss.backward()  #+
        opt.step()  #+
