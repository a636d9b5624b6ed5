# origin: https://github.com/meijieru/crnn.pytorch/issues/235
# kinds: data domain
import torch
import torch.nn as nn


class BidirectionalLSTM(nn.Module):
    def __init__(self, nIn, nHidden, nOut):
        super(BidirectionalLSTM, self).__init__()
        self.rnn = nn.LSTM(nIn, nHidden, bidirectional=True)
        self.embedding = nn.Linear(nHidden * 2, nOut)

    def forward(self, input):
        recurrent, _ = self.rnn(input)
        T, b, h = recurrent.size()
        return self.embedding(recurrent.view(T * b, h)).view(T, b, -1)


class CRNN(nn.Module):
    def __init__(self, nc, nclass, nh):
        super(CRNN, self).__init__()
        self.cnn = nn.Sequential(
            nn.Conv2d(nc, 64, 3, 1, 1), nn.ReLU(True), nn.MaxPool2d(2, 2),
            nn.Conv2d(64, 128, 3, 1, 1), nn.ReLU(True), nn.MaxPool2d(2, 2),
            nn.Conv2d(128, 256, 3, 1, 1), nn.ReLU(True), nn.MaxPool2d((8, 1), (8, 1)),
        )
        self.rnn = nn.Sequential(BidirectionalLSTM(256, nh, nh), BidirectionalLSTM(nh, nh, nclass))

    def forward(self, input):
        conv = self.cnn(input).squeeze(2).permute(2, 0, 1)
        return self.rnn(conv).log_softmax(2)


class strLabelConverter(object):
    def __init__(self, alphabet):
        self.dict = {char: i + 1 for i, char in enumerate(alphabet.lower())}

    def encode(self, texts):
        length = [len(s) for s in texts]
        text = [self.dict[c] for s in texts for c in s.lower()]
        return torch.IntTensor(text), torch.IntTensor(length)


alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'
converter = strLabelConverter(alphabet)
criterion = nn.CTCLoss()  #-
criterion = nn.CTCLoss(zero_infinity=True)  #+


def trainBatch(crnn, batch, optimizer):
    image, cpu_texts = batch
    batch_size = image.size(0)
    text, length = converter.encode(cpu_texts)
    preds = crnn(image)
    preds_size = torch.IntTensor([preds.size(0)] * batch_size)
    cost = criterion(preds, text, preds_size, length)  #*
    crnn.zero_grad()
    cost.backward()
    optimizer.step()
    return cost


def train(crnn, loader, nepoch=25, lr=0.01, display_interval=500):
    optimizer = torch.optim.RMSprop(crnn.parameters(), lr=lr)
    for epoch in range(nepoch):
        crnn.train()
        for i, batch in enumerate(loader):
            cost = trainBatch(crnn, batch, optimizer)
            if i % display_interval == 0:
                print('[%d/%d][%d] Loss: %f' % (epoch, nepoch, i, cost.item()))
