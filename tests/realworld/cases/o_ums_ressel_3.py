# origin: https://github.com/taesunwhang/UMS-ResSel/issues/3
# kinds: explosion method loss-scale vanishing
import logging

import torch
from torch import nn, optim
from torch.utils.data import DataLoader


class PostTraining:
    def __init__(self, hparams, model, train_dataset):
        self.hparams = hparams
        self.device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
        self.model = model.to(self.device)
        self.dataloader = DataLoader(
            train_dataset, batch_size=hparams.train_batch_size, shuffle=True, drop_last=True)
        self.optimizer = optim.Adam(self.model.parameters(), lr=hparams.learning_rate)
        self.accumulate = hparams.virtual_batch_size // hparams.train_batch_size
        self._logger = logging.getLogger(__name__)

    def train(self):
        global_step = 0
        for epoch in range(1, self.hparams.num_epochs + 1):
            self.model.train()
            self.optimizer.zero_grad()
            accu_loss = 0.0

            for batch_idx, batch in enumerate(self.dataloader):
                batch = {key: value.to(self.device) for key, value in batch.items()}
                mlm_loss, nsp_loss = self.model(batch)
                loss = (mlm_loss.mean() + nsp_loss.mean()) / self.accumulate
                loss.backward()
                accu_loss += loss.item()

                last_batch = batch_idx + 1 == len(self.dataloader)
                if (batch_idx + 1) % self.accumulate == 0 or last_batch:
                    nn.utils.clip_grad_norm_(self.model.parameters(), self.hparams.max_gradient_norm)  #+
                    self.optimizer.step()
                    nn.utils.clip_grad_norm_(self.model.parameters(), self.hparams.max_gradient_norm)  #!
                    self.optimizer.zero_grad()

                    global_step += 1
                    self._logger.info("[Epoch: %d][Iter: %d][Loss: %.6f]", epoch, global_step, accu_loss)
                    accu_loss = 0.0

            torch.save(self.model.state_dict(), f"{self.hparams.save_dirpath}/checkpoint_{epoch}.pth")
