# origin: deprecated torch.cuda.amp
# kinds: NS611
import torch

scaler = torch.cuda.amp.GradScaler()  #!
scaler = torch.amp.GradScaler("cuda")  #+


def step(model, x, opt):
    with torch.cuda.amp.autocast():  #!
    with torch.amp.autocast("cuda"):  #+
        loss = model(x).float().mean()
    scaler.scale(loss).backward()
    scaler.step(opt)
    scaler.update()
