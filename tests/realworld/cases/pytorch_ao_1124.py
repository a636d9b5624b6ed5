# origin: https://github.com/pytorch/ao/pull/1124
# kinds: precision
import torch


class PlainSGD:
    def __init__(self, model, lr=1e-4):
        self.model = model.to(torch.bfloat16)  #-
        self.model = model  #+
        self.lr = lr

    @torch.no_grad()
    def step(self):
        for p in self.model.parameters():
            p.add_(p.grad, alpha=-self.lr)


def pretrain(model, loader):
    model = model.to(torch.bfloat16)  #!
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    for tokens, labels in loader:
        optimizer.zero_grad()
        with torch.autocast("cuda", dtype=torch.bfloat16):  #+
            loss = torch.nn.functional.cross_entropy(model(tokens).flatten(0, 1), labels.flatten())  #+
        loss = torch.nn.functional.cross_entropy(model(tokens).flatten(0, 1).float(), labels.flatten())  #-
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
