# origin: https://github.com/jongwook/onsets-and-frames/issues/24
# kinds: explosion
import torch
from torch.nn.utils import clip_grad_norm_
from torch.optim.lr_scheduler import StepLR
from tqdm import tqdm


def train(model, loader, resume_iteration, iterations, learning_rate, clip_gradient_norm, device):
    optimizer = torch.optim.Adam(model.parameters(), learning_rate)
    scheduler = StepLR(optimizer, step_size=10000, gamma=0.98)
    loop = tqdm(range(resume_iteration + 1, iterations + 1))
    for i, batch in zip(loop, loader):
        predictions, losses = model.run_on_batch(batch)
        loss = sum(losses.values())
        optimizer.zero_grad()
        loss.backward()
        if clip_gradient_norm:  #+
            clip_grad_norm_(model.parameters(), clip_gradient_norm)  #+
        optimizer.step()
        scheduler.step()
        if clip_gradient_norm:  #-
            clip_grad_norm_(model.parameters(), clip_gradient_norm)  #!
