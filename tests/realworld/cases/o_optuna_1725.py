# origin: https://github.com/optuna/optuna/pull/1725
# kinds: explosion method loss-scale vanishing
import optuna
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

from data import get_mnist

DEVICE = torch.device("cpu")
CLASSES = 10
EPOCHS = 10


def define_model(trial):
    layers = []
    in_features = 28 * 28
    for i in range(trial.suggest_int("n_layers", 1, 3)):
        out_features = trial.suggest_int("n_units_l{}".format(i), 4, 128)
        layers.append(nn.Linear(in_features, out_features))
        layers.append(nn.ReLU())
        layers.append(nn.Dropout(trial.suggest_float("dropout_l{}".format(i), 0.2, 0.5)))
        in_features = out_features
    layers.append(nn.Linear(in_features, CLASSES))
    return nn.Sequential(*layers)


def objective(trial):
    model = define_model(trial).to(DEVICE)
    lr = trial.suggest_float("lr", 1e-5, 1e-1, log=True)
    optimizer = optim.Adam(model.parameters(), lr=lr)
    train_loader, valid_loader = get_mnist()

    model.train()  #!
    for epoch in range(EPOCHS):
        model.train()  #+
        for data, target in train_loader:
            data, target = data.view(data.size(0), -1).to(DEVICE), target.to(DEVICE)
            optimizer.zero_grad()
            loss = F.cross_entropy(model(data), target)
            loss.backward()
            optimizer.step()

        model.eval()
        correct = 0
        with torch.no_grad():
            for data, target in valid_loader:
                data, target = data.view(data.size(0), -1).to(DEVICE), target.to(DEVICE)
                correct += (model(data).argmax(dim=1) == target).sum().item()
        accuracy = correct / len(valid_loader.dataset)
        trial.report(accuracy, epoch)
        if trial.should_prune():
            raise optuna.exceptions.TrialPruned()
    return accuracy
