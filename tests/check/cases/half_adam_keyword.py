import torch
from nets import Net


def start():
    model = Net().to("cuda", dtype=torch.float16)
    return model, torch.optim.Adam(model.parameters(), lr=1e-3)  # NS602


def start_short():
    net = Net().to(dtype=torch.bfloat16)  # NS603
    opt = torch.optim.AdamW(net.parameters(), lr=1e-5)
    for batch in ():
        opt.zero_grad()
        net(batch).mean().backward()
        opt.step()
