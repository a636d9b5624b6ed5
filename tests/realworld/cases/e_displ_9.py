# origin: https://github.com/Lightning-AI/pytorch-lightning/issues/9330
# kinds: loss-scale explosion precision underflow
import torch
from torch import amp


def fit(model, opt, data, max_norm):
    scaler = amp.GradScaler()
    for x, y in data:
        opt.zero_grad()
        with amp.autocast("cuda", dtype=torch.float16):
            loss = torch.nn.functional.mse_loss(model(x), y)
        scaled = scaler.scale(loss)
        scaled.backward()
        scaler.unscale_(opt)  #+
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)  #*
        scaler.step(opt)
        scaler.update()
        print(float(norm))
