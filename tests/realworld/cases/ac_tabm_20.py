# origin: https://github.com/yandex-research/tabm/issues/20
# kinds: method explosion method
import torch
import torch.nn as nn
import torch.nn.functional as F


class TabM(nn.Module):
    def __init__(self, n_num_features, d_out, k=32, d_block=512, n_blocks=3):
        super().__init__()
        self.k = k
        self.scale = nn.Parameter(torch.randn(k, n_num_features))
        blocks = []
        d_in = n_num_features
        for _ in range(n_blocks):
            blocks += [nn.Linear(d_in, d_block), nn.ReLU(), nn.Dropout(0.1)]
            d_in = d_block
        self.backbone = nn.Sequential(*blocks)
        self.output = nn.Linear(d_in, d_out)

    def forward(self, x_num):
        x = x_num[:, None] * self.scale
        return self.output(self.backbone(x))


def loss_fn(y_pred, y_true):
    # TabM produces k predictions. Each of them must be trained separately.
    k = y_pred.shape[1]
    return F.mse_loss(y_pred.flatten(0, 1).squeeze(-1), y_true.repeat_interleave(k))


def main(data, n_epochs=100, batch_size=256, device='cpu'):
    X, Y = data['train']
    model = TabM(X.shape[1], 1).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=3e-4)
    gradient_clipping_norm = 1.0

    for epoch in range(n_epochs):
        model.train()
        for batch_idx in torch.randperm(len(Y), device=device).split(batch_size):
            optimizer.zero_grad()
            y_pred = model(X[batch_idx])
            loss = loss_fn(y_pred, Y[batch_idx])

            if gradient_clipping_norm is not None:  #-
                nn.utils.clip_grad.clip_grad_norm_(model.parameters(), gradient_clipping_norm)  #!
            loss.backward()
            if gradient_clipping_norm is not None:  #+
                nn.utils.clip_grad.clip_grad_norm_(model.parameters(), gradient_clipping_norm)  #+
            optimizer.step()

        model.eval()
        with torch.inference_mode():
            Xv, Yv = data['val']
            rmse = (model(Xv).squeeze(-1).mean(1) - Yv).square().mean().sqrt()
        print(f'epoch {epoch} val rmse {rmse.item():.4f}')


if __name__ == '__main__':
    X = torch.randn(2000, 8)
    Y = X[:, 0] * 2 + X[:, 1].sin()
    main({'train': (X[:1600], Y[:1600]), 'val': (X[1600:], Y[1600:])}, n_epochs=2)
