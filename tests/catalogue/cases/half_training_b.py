# origin: .half() training without master weights
# kinds: NS603
import torch


class Trainer:
    def __init__(self, net):
        self.net = net.to("cuda", dtype=torch.float16)  #!
        self.net = net.to("cuda")  #+
        self.opt = torch.optim.SGD(self.net.parameters(), lr=1e-3)  #*

    def step(self, x, y):
        self.opt.zero_grad()
        loss = torch.nn.functional.mse_loss(self.net(x).float(), y)
        loss.backward()
        self.opt.step()
