# origin: https://github.com/fartashf/vsepp/issues/4
# kinds: method method
import logging

import torch
import torch.nn as nn


def l2norm(X, eps=1e-8):
    norm = torch.pow(X, 2).sum(dim=1, keepdim=True).sqrt() + eps
    return torch.div(X, norm)


class EncoderImage(nn.Module):
    def __init__(self, img_dim=2048, embed_size=256):
        super().__init__()
        self.cnn = nn.Sequential(nn.Linear(img_dim, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Dropout(0.5))
        self.fc = nn.Linear(512, embed_size)

    def forward(self, images):
        return l2norm(self.fc(self.cnn(images)))


class VSE(object):
    def __init__(self, grad_clip=2., margin=0.2, lr=2e-4, embed_size=256):
        self.grad_clip = grad_clip
        self.margin = margin
        self.img_enc = EncoderImage(embed_size=embed_size)
        self.txt_enc = nn.Sequential(nn.Linear(300, embed_size), nn.Dropout(0.2))
        self.params = list(self.img_enc.parameters()) + list(self.txt_enc.parameters())
        self.optimizer = torch.optim.Adam(self.params, lr=lr)
        self.Eiters = 0

    def train_start(self):
        self.img_enc.train()
        self.txt_enc.train()

    def val_start(self):
        self.img_enc.eval()
        self.txt_enc.eval()

    def forward_emb(self, images, captions):
        return self.img_enc(images), l2norm(self.txt_enc(captions))

    def train_emb(self, images, captions):
        self.Eiters += 1
        img_emb, cap_emb = self.forward_emb(images, captions)
        self.optimizer.zero_grad()
        scores = img_emb.mm(cap_emb.t())
        diagonal = scores.diag().view(-1, 1)
        cost = (self.margin + scores - diagonal.expand_as(scores)).clamp(min=0)
        cost = cost.masked_fill(torch.eye(scores.size(0)) > .5, 0)
        cost.sum().backward()
        nn.utils.clip_grad_norm_(self.params, self.grad_clip)
        self.optimizer.step()


def validate(val_loader, model):
    model.val_start()
    hits, total = 0, 0
    with torch.no_grad():
        for images, captions in val_loader:
            img_emb, cap_emb = model.forward_emb(images, captions)
            hits += (img_emb.mm(cap_emb.t()).argmax(1) == torch.arange(len(images))).sum().item()
            total += len(images)
    logging.info("Image to text: %.1f", 100.0 * hits / total)


def train(train_loader, model, val_loader, val_step=500):
    model.train_start()
    for i, train_data in enumerate(train_loader):
        model.train_start()  #+
        # Update the model
        model.train_emb(*train_data)  #*

        # validate at every val_step
        if model.Eiters % val_step == 0:
            validate(val_loader, model)  #*
