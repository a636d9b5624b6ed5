# origin: missing update
# kinds: NS606
import torch


def train(model, loader, opt):
    scaler = torch.amp.GradScaler("cuda")
    for x, y in loader:
        opt.zero_grad()
        with torch.autocast("cuda", dtype=torch.float16):
            loss = (model(x) - y).abs().mean()
        scaler.scale(loss).backward()
        scaler.step(opt)  #*
        scaler.update()  #+
