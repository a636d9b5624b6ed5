# origin: float16 without GradScaler
# kinds: NS604
import torch


def train(model, loader, opt):
    for x, y in loader:
        opt.zero_grad()
        with torch.autocast("cuda"):  #!
        with torch.autocast("cuda", dtype=torch.bfloat16):  #+
            loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
