# origin: https://github.com/karpathy/nanoGPT/pull/739
# kinds: domain
import torch
import torch.nn as nn
from torch.nn import functional as F


class GPT(nn.Module):

    def __init__(self, vocab_size=65, block_size=64, n_embd=64):
        super().__init__()
        self.block_size = block_size
        self.wte = nn.Embedding(vocab_size, n_embd)
        self.wpe = nn.Embedding(block_size, n_embd)
        self.block = nn.TransformerEncoderLayer(n_embd, 4, 4 * n_embd, dropout=0.0, batch_first=True)
        self.lm_head = nn.Linear(n_embd, vocab_size, bias=False)

    def forward(self, idx):
        t = idx.size(1)
        pos = torch.arange(t, device=idx.device)
        x = self.wte(idx) + self.wpe(pos)
        mask = torch.ones(t, t, dtype=torch.bool, device=idx.device).triu(1)
        x = self.block(x, src_mask=mask)
        return self.lm_head(x[:, [-1], :]), None

    @torch.no_grad()
    def generate(self, idx, max_new_tokens, temperature=1.0, top_k=None):
        """
        Take a conditioning sequence of indices idx (LongTensor of shape (b,t)) and complete
        the sequence max_new_tokens times, feeding the predictions back into the model each time.
        """
        for _ in range(max_new_tokens):
            idx_cond = idx if idx.size(1) <= self.block_size else idx[:, -self.block_size:]
            logits, _ = self(idx_cond)
            logits = logits[:, -1, :]
            if temperature == 0.0:  #+
                idx_next = torch.argmax(logits, dim=-1, keepdim=True)  #+
                idx = torch.cat((idx, idx_next), dim=1)  #+
                continue  #+
            logits = logits / temperature  #*
            if top_k is not None:
                v, _ = torch.topk(logits, min(top_k, logits.size(-1)))
                logits[logits < v[:, [-1]]] = -float('Inf')
            probs = F.softmax(logits, dim=-1)
            idx_next = torch.multinomial(probs, num_samples=1)
            idx = torch.cat((idx, idx_next), dim=1)
        return idx


if __name__ == '__main__':
    model = GPT().eval()
    start = torch.zeros((1, 1), dtype=torch.long)
    print(model.generate(start, 20, temperature=0.0, top_k=10))
