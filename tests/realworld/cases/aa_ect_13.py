# origin: https://github.com/locuslab/ect/pull/13
# kinds: loss-scale underflow overflow method
import torch
import torch.nn as nn
from torch.utils.data import DataLoader


class ECMPrecond(nn.Module):
    def __init__(self, model, use_fp16=False, sigma_data=0.5):
        super().__init__()
        self.model = model
        self.use_fp16 = use_fp16
        self.sigma_data = sigma_data

    def forward(self, x, sigma):
        sigma = sigma.reshape(-1, 1, 1, 1)
        dtype = torch.float16 if self.use_fp16 and x.device.type == "cuda" else torch.float32
        c_skip = self.sigma_data ** 2 / (sigma ** 2 + self.sigma_data ** 2)
        c_out = sigma * self.sigma_data / (sigma ** 2 + self.sigma_data ** 2).sqrt()
        c_in = 1 / (self.sigma_data ** 2 + sigma ** 2).sqrt()
        c_noise = sigma.clamp(min=1e-4).log() / 4
        with torch.autocast(x.device.type, dtype=torch.float16, enabled=dtype == torch.float16):
            F_x = self.model(c_in * x, c_noise.flatten())
        return c_skip * x + c_out * F_x.float()


class ECMLoss:
    def __init__(self, P_mean=-1.1, P_std=2.0, q=2.0, c=0.06, k=8.0):
        self.P_mean, self.P_std, self.q, self.c, self.k = P_mean, P_std, q, c, k
        self.stage = 0

    def t_to_r(self, t):
        decay = 1 / self.q ** (self.stage + 1)
        return (t * (1 - (1 + self.k * torch.sigmoid(-t)) * decay)).clamp(min=0)

    def __call__(self, net, images):
        t = (torch.randn(images.shape[0], 1, 1, 1, device=images.device) * self.P_std + self.P_mean).exp()
        r = self.t_to_r(t)
        eps = torch.randn_like(images)
        D_yt = net(images + eps * t, t)
        with torch.no_grad():
            D_yr = torch.where(r > 0, net(images + eps * r, r), images)
        loss = (D_yt - D_yr).square().flatten(1).sum(1)
        loss = torch.sqrt(loss + self.c ** 2) - self.c
        return loss / (t - r).flatten().clamp(min=1e-4)


def training_loop(model, dataset, total_ticks=1000, batch_size=128, use_fp16=True, loss_scaling=1, lr=1e-4):
    device = torch.device("cuda")
    net = ECMPrecond(model, use_fp16=use_fp16).train().to(device)
    loss_fn = ECMLoss()
    optimizer = torch.optim.RAdam(net.parameters(), lr=lr)
    scaler = torch.amp.GradScaler("cuda", enabled=use_fp16)  #+
    loader = DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)

    for tick in range(total_ticks):
        for images in loader:
            optimizer.zero_grad(set_to_none=True)
            loss = loss_fn(net, images.to(device).float())
            loss.sum().mul(loss_scaling / batch_size).backward()  #!
            for param in net.parameters():  #-
                if param.grad is not None:  #-
                    torch.nan_to_num(param.grad, nan=0, posinf=1e5, neginf=-1e5, out=param.grad)  #!
            optimizer.step()  #!
            scaler.scale(loss.sum().mul(1 / batch_size)).backward()  #+
            scaler.unscale_(optimizer)  #+
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)  #+
            scaler.step(optimizer)  #+
            scaler.update()  #+
