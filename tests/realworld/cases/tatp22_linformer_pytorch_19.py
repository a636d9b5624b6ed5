# origin: https://github.com/tatp22/linformer-pytorch/pull/19
# kinds: overflow precision
import torch
import torch.nn.functional as F


def gen_causal_mask(rows, columns):
    return torch.triu(torch.ones(rows, columns), diagonal=1).bool()


class LinearAttentionHead(torch.nn.Module):
    def __init__(self, dim, causal=True):
        super().__init__()
        self.dim = dim
        self.causal = causal

    def forward(self, Q, K, V):
        P_bar = torch.matmul(Q, K.transpose(1, 2)) / self.dim**0.5
        if self.causal:
            mask = gen_causal_mask(P_bar.size(-2), P_bar.size(-1)).to(P_bar.device)
            P_bar = P_bar.masked_fill_(mask, -1e10)  #!
            P_bar = P_bar.masked_fill_(mask, float("-inf"))  #+
        return torch.matmul(F.softmax(P_bar, dim=-1), V)


@torch.no_grad()
def evaluate(head, batch):
    with torch.cuda.amp.autocast():
        return head(*batch)
