# origin: https://github.com/TRI-ML/packnet-sfm/pull/51
# kinds: method explosion
import torch


class HorovodTrainer:
    def __init__(self, optimizer):
        self.optimizer = optimizer

    def train(self, dataloader, module):
        module.train()
        outputs = []
        for i, batch in enumerate(dataloader):
            self.optimizer.zero_grad()
            output = module.training_step(batch)
            loss = output["loss"]
            loss.backward()
            self.optimizer.step()
            outputs.append(loss)  #!
            outputs.append(loss.detach())  #+
        return module.training_epoch_end(outputs)
