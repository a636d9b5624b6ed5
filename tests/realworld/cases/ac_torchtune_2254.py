# origin: https://github.com/meta-pytorch/torchtune/issues/2254
# kinds: precision loss-scale method
import torch
import torch.nn as nn
import torch.nn.functional as F


class DecoderBlock(nn.Module):
    def __init__(self, dim, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.sa_norm = nn.RMSNorm(dim, eps=1e-5)
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.out = nn.Linear(dim, dim, bias=False)
        self.mlp_norm = nn.RMSNorm(dim, eps=1e-5)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim, bias=False), nn.SiLU(), nn.Linear(4 * dim, dim, bias=False))

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.qkv(self.sa_norm(x)).view(b, t, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        h = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(h.transpose(1, 2).reshape(b, t, d))
        return x + self.mlp(self.mlp_norm(x))


class TransformerDecoder(nn.Module):
    def __init__(self, vocab_size=1024, dim=256, num_layers=2, num_heads=8):
        super().__init__()
        self.tok_embeddings = nn.Embedding(vocab_size, dim)
        self.layers = nn.ModuleList([DecoderBlock(dim, num_heads) for _ in range(num_layers)])
        self.norm = nn.RMSNorm(dim, eps=1e-5)
        self.output = nn.Linear(dim, vocab_size, bias=False)

    def forward(self, tokens):
        h = self.tok_embeddings(tokens)
        for layer in self.layers:
            h = layer(h)
        return self.output(self.norm(h)).float()


class FullFinetuneRecipe:
    def __init__(self, lr=6e-7, device="cpu"):
        self._device = device
        self._dtype = torch.bfloat16
        self._model = TransformerDecoder().to(device=device, dtype=self._dtype)  #!
        self._model = TransformerDecoder().to(device=device)  #+
        self._optimizer = torch.optim.AdamW(self._model.parameters(), lr=lr, weight_decay=0.01)
        self._loss_fn = nn.CrossEntropyLoss(ignore_index=-100)

    def _loss_step(self, batch):
        tokens, labels = batch
        logits = self._model(tokens)  #-
        with torch.autocast(self._device, dtype=self._dtype):  #+
            logits = self._model(tokens)  #+
        return self._loss_fn(logits[:, :-1].reshape(-1, logits.size(-1)), labels[:, 1:].reshape(-1))

    def train(self, dataloader, total_epochs=1, clip_grad_norm=1.0):
        for _ in range(total_epochs):
            for batch in dataloader:
                loss = self._loss_step(batch)
                loss.backward()
                nn.utils.clip_grad_norm_(self._model.parameters(), max_norm=clip_grad_norm)
                self._optimizer.step()  #*
                self._optimizer.zero_grad(set_to_none=True)
        return loss.item()


if __name__ == "__main__":
    recipe = FullFinetuneRecipe()
    data = [(t, t) for t in torch.randint(0, 1024, (20, 2, 64))]
    print(recipe.train(data))
