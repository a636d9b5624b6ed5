# origin: clipping by value
# kinds: NS508
import torch


def train(net, loss, opt):
    opt.zero_grad()
    loss.backward()
    for p in net.parameters():  #-
        p.grad.data.clamp_(-1, 1)  #!
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)  #+
    opt.step()
