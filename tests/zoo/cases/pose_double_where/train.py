"""Register eight photographs of a rigid marker board: rotation vectors start at zero, the residual of the first is exactly zero."""
import torch

from lie import length, rotate

torch.manual_seed(47)
board = torch.cat([torch.rand(20, 2) * 2 - 1, torch.zeros(20, 1)], 1)
truth = 0.5 * torch.randn(8, 3)
truth[0] = 0.0
seen = rotate(truth, board)
seen[1:] += 0.01 * torch.randn(7, 20, 3)

turn = torch.zeros(8, 3, requires_grad=True)
opt = torch.optim.Adam([turn], lr=0.05)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=150)

for it in range(150):
    residual = length(rotate(turn, board) - seen)
    loss = residual.mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    schedule.step()
    if it % 30 == 0:
        worst = (turn - truth).detach().norm(dim=1).max().item()
        print(f"it {it:3d} residual {loss.item():.5f} worst angle error {worst:.4f}")
