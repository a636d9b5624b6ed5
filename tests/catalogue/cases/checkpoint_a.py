# origin: saving checkpoints without a finite check
# kinds: NS517
import torch


def train(model, loader, opt):
    for step, x in enumerate(loader):
        opt.zero_grad()
        loss = model(x).mean()
        loss.backward()
        opt.step()
        if step % 100 == 0:  #-
        if step % 100 == 0 and torch.isfinite(loss):  #+
            torch.save(model.state_dict(), "last.pt")  #*
