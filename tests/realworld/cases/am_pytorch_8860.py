# origin: https://github.com/pytorch/pytorch/issues/8860
# kinds: underflow domain
import torch
import torch.nn as nn
import torch.optim as optim
from torch.utils.data import DataLoader, TensorDataset

batch_size = 32
lr = 1e-3
epochs = 2
device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')


class Net(nn.Module):
    def __init__(self, n_in=20, n_hidden=64, n_class=5):
        super(Net, self).__init__()
        self.fc1 = nn.Linear(n_in, n_hidden)
        self.fc2 = nn.Linear(n_hidden, n_hidden)
        self.fc3 = nn.Linear(n_hidden, n_class)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.fc3(x)


def make_loader(n=256):
    x = torch.randn(n, 20)
    x[:, -4:] = 0
    y = (x[:, :5]).argmax(dim=1)
    return DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True)


def main():
    torch.manual_seed(1)
    net = Net().to(device).half()
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(net.parameters(), lr=lr)  #!
    optimizer = optim.Adam(net.parameters(), lr=lr, eps=1e-4)  #+

    loader = make_loader()
    for epoch in range(epochs):
        running = 0.0
        for inputs, labels in loader:
            inputs, labels = inputs.to(device).half(), labels.to(device)
            optimizer.zero_grad()
            outputs = net(inputs)
            loss = criterion(outputs.float(), labels)
            loss.backward()
            optimizer.step()
            running += loss.item()
        print('[%d] loss: %.4f' % (epoch + 1, running / len(loader)))
    return net


if __name__ == '__main__':
    main()
