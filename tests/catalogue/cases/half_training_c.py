# origin: .half() training without master weights
# kinds: NS603
import torch


def train(model, data):
    model = model.bfloat16()  #!
    opt = torch.optim.AdamW(model.parameters(), lr=1e-4)
    for x in data:
        loss = model(x).float().mean()
        loss.backward()
        opt.step()
        opt.zero_grad()
