# origin: skipping NaN losses silently
# kinds: NS506
import torch


def epoch(model, loader, opt):
    for x, y in loader:
        loss = (model(x) - y).abs().mean()
        if not torch.isfinite(loss):  #*
            print(f"loss is {loss.item()}: step skipped")  #+
            continue
        opt.zero_grad()
        loss.backward()
        opt.step()
