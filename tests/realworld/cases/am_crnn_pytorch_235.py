# origin: https://github.com/meijieru/crnn.pytorch/issues/235
# kinds: domain data
import torch
import torch.nn as nn
import torch.optim as optim


class strLabelConverter(object):
    def __init__(self, alphabet, ignore_case=True):
        self.alphabet = (alphabet.lower() if ignore_case else alphabet) + '-'
        self.dict = {char: i + 1 for i, char in enumerate(self.alphabet)}
        self._ignore_case = ignore_case

    def encode(self, text):
        length = [len(s) for s in text]
        flat = ''.join(text)
        codes = [self.dict[c.lower() if self._ignore_case else c] for c in flat]
        return torch.IntTensor(codes), torch.IntTensor(length)


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
    def __init__(self, imgH, nc, nclass, nh):
        super(CRNN, self).__init__()
        self.cnn = nn.Sequential(
            nn.Conv2d(nc, 32, 3, 1, 1), nn.ReLU(True), nn.MaxPool2d(2, 2),
            nn.Conv2d(32, 64, 3, 1, 1), nn.ReLU(True), nn.AdaptiveAvgPool2d((1, None)),
        )
        self.rnn = BidirectionalLSTM(64, nh, nclass)

    def forward(self, input):
        conv = self.cnn(input).squeeze(2).permute(2, 0, 1)
        return self.rnn(conv)


def build(opt):
    converter = strLabelConverter(opt.alphabet)
    crnn = CRNN(opt.imgH, 1, len(opt.alphabet) + 1, opt.nh)
    criterion = nn.CTCLoss()  #!
    criterion = nn.CTCLoss(zero_infinity=True)  #+
    optimizer = optim.RMSprop(crnn.parameters(), lr=opt.lr)
    return converter, crnn, criterion, optimizer


def trainBatch(data, converter, crnn, criterion, optimizer):
    cpu_images, cpu_texts = data
    batch_size = cpu_images.size(0)
    text, length = converter.encode(cpu_texts)
    preds = crnn(cpu_images).log_softmax(2)
    preds_size = torch.full((batch_size,), preds.size(0), dtype=torch.int32)
    cost = criterion(preds, text, preds_size, length)  #*
    crnn.zero_grad()
    cost.backward()
    optimizer.step()
    return cost


def train(loader, opt):
    converter, crnn, criterion, optimizer = build(opt)
    crnn.train()
    costs = [trainBatch(d, converter, crnn, criterion, optimizer).item() for d in loader]
    return crnn, costs
