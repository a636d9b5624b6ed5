# origin: https://github.com/jaywonchung/BERT4Rec-VAE-Pytorch/issues/22
# kinds: domain
import random

import torch
import torch.nn as nn
import torch.utils.data as data_utils


class BertTrainDataset(data_utils.Dataset):
    def __init__(self, u2seq, max_len, mask_prob, mask_token, num_items, rng):
        self.u2seq = u2seq
        self.users = sorted(self.u2seq.keys())
        self.max_len = max_len
        self.mask_prob = mask_prob
        self.mask_token = mask_token
        self.num_items = num_items
        self.rng = rng

    def __len__(self):
        return len(self.users)

    def __getitem__(self, index):
        seq = self.u2seq[self.users[index]]
        tokens, labels = [], []
        for s in seq:
            prob = self.rng.random()
            if prob < self.mask_prob:
                prob /= self.mask_prob
                if prob < 0.8:
                    tokens.append(self.mask_token)
                elif prob < 0.9:
                    tokens.append(self.rng.randint(1, self.num_items))
                else:
                    tokens.append(s)
                labels.append(s)
            else:
                tokens.append(s)
                labels.append(0)
        tokens = tokens[-self.max_len:]
        labels = labels[-self.max_len:]
        mask_len = self.max_len - len(tokens)
        return torch.LongTensor([0] * mask_len + tokens), torch.LongTensor([0] * mask_len + labels)


class BERTTrainer:
    def __init__(self, model, train_loader, lr=1e-3):
        self.model = model
        self.train_loader = train_loader
        self.optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        self.ce = nn.CrossEntropyLoss(ignore_index=0)  #-
        self.ce = nn.CrossEntropyLoss(ignore_index=0, reduction='sum')  #+

    def calculate_loss(self, batch):
        seqs, labels = batch
        logits = self.model(seqs)  # B x T x V

        logits = logits.view(-1, logits.size(-1))  # (B*T) x V
        labels = labels.view(-1)  # B*T
        loss = self.ce(logits, labels)  #!
        num_masked = (labels != 0).sum().clamp(min=1)  #+
        loss = self.ce(logits, labels) / num_masked  #+
        return loss

    def train_one_epoch(self):
        self.model.train()
        for batch in self.train_loader:
            self.optimizer.zero_grad()
            loss = self.calculate_loss(batch)
            loss.backward()
            self.optimizer.step()


def make_trainer(u2seq, model, num_items, max_len=100, mask_prob=0.15, batch_size=16):
    dataset = BertTrainDataset(u2seq, max_len, mask_prob, num_items + 1, num_items, random.Random(0))
    loader = data_utils.DataLoader(dataset, batch_size=batch_size, shuffle=True)
    return BERTTrainer(model, loader)
