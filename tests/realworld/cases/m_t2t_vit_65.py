# origin: https://github.com/yitu-opensource/T2T-ViT/issues/65
# kinds: underflow loss-scale precision overflow explosion domain
import math

import torch
import torch.nn as nn


class TokenPerformer(nn.Module):
    def __init__(self, dim, in_dim, kernel_ratio=0.5):
        super().__init__()
        self.emb = in_dim
        self.kqv = nn.Linear(dim, 3 * self.emb)
        self.proj = nn.Linear(self.emb, self.emb)
        self.norm1 = nn.LayerNorm(dim)
        self.epsilon = 1e-8
        self.m = int(self.emb * kernel_ratio)
        w = torch.empty(self.m, self.emb)
        nn.init.orthogonal_(w)
        self.register_buffer("w", w * math.sqrt(self.m))

    def prm_exp(self, x):
        xd = (x * x).sum(dim=-1, keepdim=True).repeat(1, 1, self.m) / 2
        wtx = torch.einsum("bti,mi->btm", x, self.w)
        return torch.exp(wtx - xd) / math.sqrt(self.m)

    def single_attn(self, x):
        k, q, v = torch.split(self.kqv(x), self.emb, dim=-1)
        with torch.autocast(device_type=x.device.type, enabled=False):  #+
            k, q, v = k.float(), q.float(), v.float()  #+
            kp, qp = self.prm_exp(k), self.prm_exp(q)  #+
            D = torch.einsum("bti,bi->bt", qp, kp.sum(dim=1)).unsqueeze(dim=2)  #+
            kptv = torch.einsum("bin,bim->bnm", v, kp)  #+
            y = torch.einsum("bti,bni->btn", qp, kptv) / (D + self.epsilon)  #+
        kp, qp = self.prm_exp(k), self.prm_exp(q)  #-
        D = torch.einsum("bti,bi->bt", qp, kp.sum(dim=1)).unsqueeze(dim=2)  #-
        kptv = torch.einsum("bin,bim->bnm", v, kp)  #-
        y = torch.einsum("bti,bni->btn", qp, kptv) / (D + self.epsilon)  #!
        return v + self.proj(y)

    def forward(self, x):
        return self.single_attn(self.norm1(x))


def training_step(tokens, head, batch, criterion, scaler):
    with torch.autocast(device_type="cuda", dtype=torch.float16):
        logits = head(tokens(batch["patches"]).mean(dim=1))
        loss = criterion(logits, batch["label"])
    scaler.scale(loss).backward()
    return loss.detach()
