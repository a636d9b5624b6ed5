# origin: https://github.com/OpenBMB/ModelCenter/issues/14
# kinds: domain overflow
import torch
import torch.nn as nn
import torch.nn.functional as F


class GPT2(nn.Module):
    def __init__(self, vocab_size, dim_model=768, num_layers=2, num_heads=12, tied=False):
        super().__init__()
        self.tied = tied
        vocab_size = (vocab_size + 1) // 2 * 2  #-
        self.input_embedding = nn.Embedding(vocab_size, dim_model)
        self.position_embedding = nn.Embedding(1024, dim_model)
        layer = nn.TransformerEncoderLayer(dim_model, num_heads, 4 * dim_model, batch_first=True, norm_first=True)
        self.decoder = nn.TransformerEncoder(layer, num_layers, enable_nested_tensor=False)
        self.layernorm = nn.LayerNorm(dim_model)
        self.lm_head = nn.Linear(dim_model, vocab_size, bias=False)

    def forward(self, input_ids):
        length = input_ids.size(1)
        position_ids = torch.arange(length, device=input_ids.device)
        hidden_states = self.input_embedding(input_ids) + self.position_embedding(position_ids)
        causal = nn.Transformer.generate_square_subsequent_mask(length).to(input_ids.device)
        hidden_states = self.layernorm(self.decoder(hidden_states, mask=causal, is_causal=True))
        if self.tied:
            logits = F.linear(hidden_states, self.input_embedding.weight)
        else:
            logits = self.lm_head(hidden_states)
        logits[:, :, -1] = -float("inf")  #!
        return logits


def distill(student, teacher, loader, epochs=1, lr=1e-4, alpha=0.5):
    optimizer = torch.optim.AdamW(student.parameters(), lr=lr)
    teacher.eval()
    history = []
    for _ in range(epochs):
        for input_ids, targets in loader:
            with torch.no_grad():
                logits_t = teacher(input_ids)
            logits_s = student(input_ids)
            logits_s = logits_s.view(-1, logits_s.size(-1))
            logits_t = logits_t.view(-1, logits_t.size(-1))
            loss = F.cross_entropy(logits_s, targets.view(-1))
            prob_t = F.softmax(logits_t, dim=-1)
            log_prob_s = F.log_softmax(logits_s, dim=-1)
            d_loss = -(prob_t * log_prob_s).sum(dim=1).mean()  #*
            loss = (1 - alpha) * loss + alpha * d_loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
            optimizer.step()
            history.append(loss.item())
    return history
