# origin: https://github.com/vllm-project/speculators/pull/765
# kinds: precision loss-scale
import torch
import torch.nn as nn
import torch.nn.functional as F


class RMSNorm(nn.Module):
    def __init__(self, hidden_size, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden_size))
        self.variance_epsilon = eps

    def forward(self, hidden_states):
        input_dtype = hidden_states.dtype
        hidden_states = hidden_states.to(torch.float32)
        variance = hidden_states.pow(2).mean(-1, keepdim=True)
        hidden_states = hidden_states * torch.rsqrt(variance + self.variance_epsilon)
        return (self.weight * hidden_states).to(input_dtype)


class DraftModel(nn.Module):
    """Speculator that predicts the verifier's next hidden state from the current one."""

    def __init__(self, hidden_size=64, vocab_size=128):
        super().__init__()
        self.hidden_norm = RMSNorm(hidden_size)
        self.fc = nn.Linear(hidden_size, hidden_size, bias=False)
        self.norm = RMSNorm(hidden_size)
        self.lm_head = nn.Linear(hidden_size, vocab_size, bias=False)

    def forward(self, hidden_states):
        hidden = hidden_states + F.silu(self.fc(self.hidden_norm(hidden_states)))
        return self.lm_head(self.norm(hidden))


class Trainer:
    def __init__(self, model, train_loader, num_epochs=3, lr=1e-4, device="cpu"):
        self.train_loader = train_loader
        self.num_epochs = num_epochs
        self.device = device
        self.model = model.to(device=device, dtype=torch.bfloat16)  #!
        self.model = model.to(device=device)  #+
        self.opt = torch.optim.AdamW(self.model.parameters(), lr=lr)  #*

    def train_epoch(self, epoch):
        self.model.train()
        for batch in self.train_loader:
            hidden = batch["hidden_states"].to(self.device)
            targets = batch["targets"].to(self.device)
            with torch.autocast(self.device, dtype=torch.bfloat16):
                logits = self.model(hidden)
            loss = F.kl_div(F.log_softmax(logits.float(), dim=-1), targets.float(), reduction="batchmean")
            self.opt.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.opt.step()
        return loss.item()

    def run_training(self):
        for epoch in range(self.num_epochs):
            print(f"epoch {epoch} loss {self.train_epoch(epoch):.4f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    loader = [{"hidden_states": torch.randn(32, 64, dtype=torch.bfloat16),
               "targets": torch.randn(32, 128).softmax(-1)} for _ in range(50)]
    model = DraftModel()
    Trainer(model, loader).run_training()
    print((model.norm.weight.float() - 1.0).abs().max())
