# origin: anomaly detection left on
# kinds: NS507
import torch

torch.autograd.set_detect_anomaly(True)  #!


def train(model, x, opt):
    opt.zero_grad()
    model(x).mean().backward()
    opt.step()
