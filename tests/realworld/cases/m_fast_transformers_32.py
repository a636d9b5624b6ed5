# origin: https://github.com/idiap/fast-transformers/issues/32
# kinds: overflow loss-scale precision underflow explosion
import torch
import torch.nn as nn
import torch.nn.functional as F


def elu_feature_map(x):
    return F.elu(x) + 1


class LinearAttention(nn.Module):
    def __init__(self, eps=1e-6):
        super().__init__()
        self.eps = eps

    def forward(self, queries, keys, values, key_mask):
        with torch.autocast(device_type=queries.device.type, enabled=False):  #+
            Q = elu_feature_map(queries.float())  #+
            K = elu_feature_map(keys.float()) * key_mask[:, :, None, None]  #+
            KV = torch.einsum("nshd,nshm->nhmd", K, values.float())  #+
            Z = 1 / (torch.einsum("nlhd,nhd->nlh", Q, K.sum(dim=1)) + self.eps)  #+
            V = torch.einsum("nlhd,nhmd,nlh->nlhm", Q, KV, Z)  #+
        Q = elu_feature_map(queries)  #-
        K = elu_feature_map(keys) * key_mask[:, :, None, None]  #-
        KV = torch.einsum("nshd,nshm->nhmd", K, values)  #!
        Z = 1 / (torch.einsum("nlhd,nhd->nlh", Q, K.sum(dim=1)) + self.eps)  #!
        V = torch.einsum("nlhd,nhmd,nlh->nlhm", Q, KV, Z)  #-
        return V.contiguous()


class AttentionLayer(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.qkv = nn.Linear(d_model, 3 * d_model)
        self.out_projection = nn.Linear(d_model, d_model)
        self.attention = LinearAttention()

    def forward(self, x, key_mask):
        n, length, d_model = x.shape
        q, k, v = self.qkv(x).view(n, length, 3, self.n_heads, -1).unbind(2)
        mixed = self.attention(q, k, v, key_mask)
        return self.out_projection(mixed.reshape(n, length, d_model))


def training_step(layer, head, batch, scaler):
    with torch.autocast(device_type="cuda", dtype=torch.float16):
        logits = head(layer(batch["x"], batch["mask"])).mean(dim=1)
        loss = F.cross_entropy(logits, batch["label"])
    scaler.scale(loss).backward()
    return loss.detach()
