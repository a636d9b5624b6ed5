# origin: anomaly detection left on
# kinds: NS507
import torch


def fit(model, loader, opt):
    for x in loader:
        with torch.autograd.detect_anomaly():  #!
        if True:  #+
            opt.zero_grad()
            model(x).mean().backward()
        opt.step()
