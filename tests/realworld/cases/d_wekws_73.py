# origin: https://github.com/wenet-e2e/wekws/pull/73
# kinds: explosion method
import logging

import torch
from torch.nn.utils import clip_grad_norm_


class Executor:
    def __init__(self):
        self.step = 0

    def train(self, model, optimizer, data_loader, device, args):
        model.train()
        clip = args.get("grad_clip", 50.0)
        for batch_idx, batch in enumerate(data_loader):
            key, feats, target, feats_lengths = batch
            logits = model(feats.to(device))
            loss = torch.nn.functional.cross_entropy(logits, target.to(device))
            optimizer.zero_grad()  #+
            loss.backward()  #*
            grad_norm = clip_grad_norm_(model.parameters(), clip)
            if torch.isfinite(grad_norm):
                optimizer.step()  #*
            if batch_idx % 10 == 0:
                logging.debug("TRAIN Batch {} loss {:.8f}".format(batch_idx, loss.item()))
