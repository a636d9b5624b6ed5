# origin: https://github.com/Hsintien-Ng/idinvert_pytorch-reproduced/issues/1
# kinds: explosion method
import torch
import torch.nn.functional as F


def training_loop(E, D, G, train_loader, lr, device):
    optimizer_E = torch.optim.Adam(E.parameters(), lr=lr)
    optimizer_D = torch.optim.Adam(D.parameters(), lr=lr)
    for epoch in range(10):
        for x in train_loader:
            x = x.to(device)
            x_rec = G(E(x))
            loss_E = F.mse_loss(x_rec, x) - 0.1 * D(x_rec).mean()
            optimizer_E.zero_grad()
            loss_E.backward()
            optimizer_E.step()
            loss_D = F.softplus(D(x_rec.detach())).mean() + F.softplus(-D(x)).mean()
            optimizer_D.zero_grad()  #+
            loss_D.backward()  #*
            optimizer_D.step()  #*
