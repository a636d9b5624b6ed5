# origin: https://github.com/pyro-ppl/numpyro/pull/2224
# kinds: domain
import torch
import torch.nn as nn


class LeftToRightHMM(nn.Module):
    """Bakis topology: a state may stay, advance by one or skip one."""

    def __init__(self, n_states, n_symbols, max_jump=2):
        super().__init__()
        self.n_states = n_states
        self.transition = nn.Parameter(torch.zeros(n_states, n_states))
        self.emission = nn.Parameter(0.1 * torch.randn(n_states, n_symbols))
        i = torch.arange(n_states)
        jump = i[None, :] - i[:, None]
        self.register_buffer("allowed", (jump >= 0) & (jump <= max_jump))

    def log_transition(self):
        probs = torch.softmax(self.transition, dim=1) * self.allowed  #-
        probs = probs / probs.sum(dim=1, keepdim=True)  #-
        return torch.log(probs)  #!
        scores = self.transition.masked_fill(~self.allowed, -1e9)  #+
        return torch.log_softmax(scores, dim=1)  #+

    def forward(self, symbols, lengths):
        """Log-likelihood of padded sequences, symbols is (batch, time)."""
        log_a = self.log_transition()
        log_b = torch.log_softmax(self.emission, dim=1)
        batch, steps = symbols.shape
        start = torch.full((self.n_states,), -1e9, device=symbols.device)
        start[0] = 0.0
        alpha = start + log_b[:, symbols[:, 0]].T
        for t in range(1, steps):
            moved = torch.logsumexp(alpha.unsqueeze(2) + log_a.unsqueeze(0), dim=1)
            new_alpha = moved + log_b[:, symbols[:, t]].T
            alive = (t < lengths).unsqueeze(1)
            alpha = torch.where(alive, new_alpha, alpha)
        return torch.logsumexp(alpha, dim=1)


def fit(hmm, symbols, lengths, epochs=100, lr=0.05):
    optimizer = torch.optim.Adam(hmm.parameters(), lr=lr)
    for epoch in range(epochs):
        optimizer.zero_grad()
        nll = -hmm(symbols, lengths).sum() / lengths.sum()
        nll.backward()
        optimizer.step()
        if epoch % 20 == 0:
            print(f"epoch {epoch:3d} nll per symbol {nll.item():.4f}")
    return hmm


def classify(hmms, symbols, lengths):
    with torch.no_grad():
        scores = torch.stack([hmm(symbols, lengths) for hmm in hmms], dim=1)
    return scores.argmax(dim=1)


if __name__ == "__main__":
    torch.manual_seed(0)
    gestures = torch.randint(0, 12, (16, 30))
    lengths = torch.randint(15, 31, (16,))
    fit(LeftToRightHMM(6, 12), gestures, lengths)
