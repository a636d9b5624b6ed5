# origin: https://github.com/LeapLabTHU/FLatten-Transformer/issues/15
# kinds: overflow loss-scale
import torch
import torch.nn as nn


class FocusedLinearAttention(nn.Module):
    def __init__(self, dim, num_patches, num_heads=8, focusing_factor=3):
        super().__init__()
        self.dim = dim
        self.num_heads = num_heads
        self.qkv = nn.Linear(dim, dim * 3, bias=True)
        self.proj = nn.Linear(dim, dim)
        self.focusing_factor = focusing_factor
        self.scale = nn.Parameter(torch.zeros(size=(1, 1, dim)))
        self.positional_encoding = nn.Parameter(torch.zeros(size=(1, num_patches, dim)))

    def forward(self, x):
        B, N, C = x.shape
        qkv = self.qkv(x).reshape(B, N, 3, C).permute(2, 0, 1, 3)
        q, k, v = qkv.unbind(0)
        k = k + self.positional_encoding
        kernel_function = nn.ReLU()
        q = kernel_function(q) + 1e-6
        k = kernel_function(k) + 1e-6
        scale = nn.Softplus()(self.scale)
        q = q / scale
        k = k / scale
        q_norm = q.norm(dim=-1, keepdim=True)
        k_norm = k.norm(dim=-1, keepdim=True)
        q = q ** self.focusing_factor
        k = k ** self.focusing_factor
        q = (q / q.norm(dim=-1, keepdim=True)) * q_norm
        k = (k / k.norm(dim=-1, keepdim=True)) * k_norm
        q, k, v = (t.reshape(B, N, self.num_heads, -1).transpose(1, 2) for t in (q, k, v))

        z = 1 / (torch.einsum("bhic,bhc->bhi", q, k.sum(dim=2)) + 1e-6)  #!
        kv = torch.einsum("bhjc,bhjd->bhcd", k, v)  #!
        x = torch.einsum("bhic,bhcd,bhi->bhid", q, kv, z)  #-
        with torch.autocast(device_type=x.device.type, enabled=False):  #+
            q, k, v = q.float(), k.float(), v.float()  #+
            z = 1 / (torch.einsum("bhic,bhc->bhi", q, k.sum(dim=2)) + 1e-6)  #+
            kv = torch.einsum("bhjc,bhjd->bhcd", k, v)  #+
            x = torch.einsum("bhic,bhcd,bhi->bhid", q, kv, z)  #+
        x = x.transpose(1, 2).reshape(B, N, C)
        return self.proj(x)


def train_one_epoch(model, head, data_loader, optimizer, scaler, device="cuda"):
    criterion = nn.CrossEntropyLoss()
    model.train()
    for samples, targets in data_loader:
        samples, targets = samples.to(device), targets.to(device)
        with torch.autocast(device_type=device, dtype=torch.float16):
            outputs = head(model(samples).mean(1))
            loss = criterion(outputs, targets)
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        scaler.step(optimizer)
        scaler.update()
