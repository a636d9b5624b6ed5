# origin: https://github.com/hirofumi0810/neural_sp/issues/168
# kinds: method explosion method
import torch
import torch.nn as nn


class Encoder(nn.Module):
    def __init__(self, input_dim=80, n_units=320, vocab=1000):
        super().__init__()
        self.rnn = nn.LSTM(input_dim, n_units, num_layers=2, batch_first=True)
        self.output = nn.Linear(n_units, vocab)
        self.criterion = nn.CrossEntropyLoss(ignore_index=-1)

    def forward(self, batch):
        xs, ys = batch
        logits = self.output(self.rnn(xs)[0])
        loss = self.criterion(logits.reshape(-1, logits.size(-1)), ys.reshape(-1))
        return loss, {'loss.att': loss.item()}


def train(model, train_loader, optimizer, scheduler, n_epochs=25, accum_grad_n_steps=4, clip_grad_norm=5.0,
          print_step=200):
    for epoch in range(n_epochs):
        model.train()
        accum_n_steps = 0
        n_steps = 0
        for batch_train in train_loader:
            accum_n_steps += 1

            # Compute loss in the training set
            loss, observation = model(batch_train)
            loss.backward()  #!
            (loss / accum_grad_n_steps).backward()  #+
            loss.detach()  # Trancate the graph

            if accum_n_steps >= accum_grad_n_steps:
                if clip_grad_norm > 0:
                    total_norm = nn.utils.clip_grad_norm_(model.parameters(), clip_grad_norm)
                    observation['total_norm'] = float(total_norm)
                optimizer.step()
                optimizer.zero_grad()
                scheduler.step()
                accum_n_steps = 0
                n_steps += 1

                if n_steps % print_step == 0:
                    print(epoch, n_steps, observation)


if __name__ == '__main__':
    data = [(torch.randn(4, 50, 80), torch.randint(0, 1000, (4, 50))) for _ in range(16)]
    asr = Encoder()
    opt = torch.optim.SGD(asr.parameters(), lr=0.1, momentum=0.9)
    sch = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.999)
    train(asr, data, opt, sch, n_epochs=1)
