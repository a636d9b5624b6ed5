import torch


def train(model, loader):
    model = model.half().cuda()
    opt = torch.optim.Adam(model.parameters(), lr=1e-4)  # NS602
    for x, y in loader:
        opt.zero_grad()
        loss = model(x.half()).sub(y).pow(2).mean()
        loss.backward()
        opt.step()
