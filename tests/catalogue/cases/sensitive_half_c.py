# origin: sensitive operations forced into half
# kinds: NS132
import torch


def loss_of(model, x, y, scaler):
    with torch.autocast("cuda", dtype=torch.float16):
        out = model(x)
        with torch.autocast("cuda", enabled=False):
            loss = torch.log(out.half()).mean()  #!
            loss = torch.log(out.float().clamp(min=1e-7)).mean()  #+
    scaler.scale(loss).backward()
