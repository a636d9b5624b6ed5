# origin: https://github.com/NVIDIA/kvpress/issues/268
# kinds: overflow precision
import torch
from transformers import AutoModelForCausalLM


def search_hyperplane(X, max_iter=1000):
    dtype = X.dtype
    X = X.float()  #+
    Y = X.mean(1)
    for _ in range(max_iter):
        mask = torch.bmm(X, Y.unsqueeze(-1)) <= 0
        if not mask.any():
            return -1e5 * Y / Y.norm(dim=-1, keepdim=True) ** 2  #!
            K = -1e5 * Y / Y.norm(dim=-1, keepdim=True) ** 2  #+
            limit = 0.5 * torch.finfo(dtype).max  #+
            K = K * (limit / K.abs().amax(dim=-1, keepdim=True)).clamp(max=1.0)  #+
            return K.to(dtype)  #+
        Y = Y + (X * mask).sum(1) / mask.sum(1).clamp(min=1)
    raise ValueError("Could not find fake keys such that for every query q, exp(<q, k>) = 0")


def attention_patch(func):
    def wrapper(module, query, key, value, attention_mask, dropout, **kwargs):
        if getattr(module, "masked_key_indices", None) is not None:
            bsz, num_heads, seq_len, head_dim = query.shape
            num_kv_heads = key.shape[1]
            groups = num_heads // num_kv_heads
            q = query.view(bsz, num_kv_heads, groups, seq_len, head_dim)
            q = q.reshape(bsz * num_kv_heads, groups * seq_len, head_dim)
            k = search_hyperplane(q).view(bsz, num_kv_heads, head_dim)
            batch_ids, head_ids, seq_ids = module.masked_key_indices
            key[batch_ids, head_ids, seq_ids] = k[batch_ids, head_ids]
        return func(module, query, key, value, attention_mask, dropout, **kwargs)

    return wrapper


def load(name, device):
    return AutoModelForCausalLM.from_pretrained(name, torch_dtype=torch.float16).to(device)
