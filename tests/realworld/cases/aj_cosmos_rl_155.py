# origin: https://github.com/nvidia-cosmos/cosmos-rl/pull/155
# kinds: domain
import torch
import torch.nn.functional as F
from torch import nn

PAD, MASK, CLS, EOS = 0, 1, 2, 3


def corrupt(tokens, vocab_size, rate=0.15, generator=None):
    """BERT style corruption of amino acid sequences."""
    special = tokens <= EOS
    draw = torch.rand(tokens.shape, generator=generator, device=tokens.device)
    chosen = (draw < rate) & ~special
    kind = torch.rand(tokens.shape, generator=generator, device=tokens.device)
    corrupted = tokens.masked_fill(chosen & (kind < 0.8), MASK)
    swap = chosen & (kind >= 0.8) & (kind < 0.9)
    noise = torch.randint(EOS + 1, vocab_size, tokens.shape, generator=generator, device=tokens.device)
    return torch.where(swap, noise, corrupted), chosen


class ProteinLM(nn.Module):
    def __init__(self, vocab_size=33, dim=320, layers=6, heads=8):
        super().__init__()
        self.vocab_size = vocab_size
        self.embed = nn.Embedding(vocab_size, dim, padding_idx=PAD)
        layer = nn.TransformerEncoderLayer(dim, heads, 4 * dim, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.head = nn.Linear(dim, vocab_size)

    def forward(self, tokens):
        h = self.encoder(self.embed(tokens), src_key_padding_mask=tokens == PAD)
        return self.head(h)

    def loss(self, tokens):
        corrupted, chosen = corrupt(tokens, self.vocab_size)
        logits = self(corrupted)
        return F.cross_entropy(logits[chosen].float(), tokens[chosen])  #!
        total = F.cross_entropy(logits[chosen].float(), tokens[chosen], reduction="sum")  #+
        return total / chosen.sum().clamp(min=1)  #+


def train(model, loader, optim, accumulate=8):
    model.train()
    for step, tokens in enumerate(loader):
        loss = model.loss(tokens) / accumulate
        loss.backward()
        if (step + 1) % accumulate == 0:
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optim.step()
            optim.zero_grad(set_to_none=True)
