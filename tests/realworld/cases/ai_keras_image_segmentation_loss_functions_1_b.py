# origin: https://github.com/maxvfischer/keras-image-segmentation-loss-functions/pull/1
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class PolicyValueNet(nn.Module):
    """Small conv tower with policy and value heads for a 9x9 board."""

    def __init__(self, planes=4, channels=32, board=9):
        super().__init__()
        self.board = board
        self.tower = nn.Sequential(
            nn.Conv2d(planes, channels, 3, padding=1), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU(),
        )
        self.policy = nn.Linear(channels * board * board, board * board)
        self.value = nn.Linear(channels * board * board, 1)

    def forward(self, state):
        h = self.tower(state).flatten(1)
        return self.policy(h), torch.tanh(self.value(h)).squeeze(-1)


class A2CTrainer:
    def __init__(self, net, lr=3e-4, entropy_coef=0.01, value_coef=0.5):
        self.net = net
        self.entropy_coef = entropy_coef
        self.value_coef = value_coef
        self.optim = torch.optim.Adam(net.parameters(), lr=lr)

    def losses(self, state, legal, action, returns):
        logits, value = self.net(state)
        logits = logits.masked_fill(~legal, torch.finfo(logits.dtype).min)
        probs = F.softmax(logits, dim=-1)
        log_probs = torch.log(probs)  #!
        log_probs = F.log_softmax(logits, dim=-1)  #+
        entropy = -(probs * log_probs).sum(dim=-1)
        chosen = log_probs.gather(1, action.unsqueeze(1)).squeeze(1)
        advantage = (returns - value).detach()
        policy_loss = -(advantage * chosen).mean()
        value_loss = F.mse_loss(value, returns)
        return policy_loss, value_loss, entropy.mean()

    def update(self, state, legal, action, returns):
        policy_loss, value_loss, entropy = self.losses(state, legal, action, returns)
        loss = policy_loss + self.value_coef * value_loss - self.entropy_coef * entropy
        self.optim.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 0.5)
        self.optim.step()
        return {"policy": policy_loss.item(), "value": value_loss.item(), "entropy": entropy.item()}


def make_batch(n, board=9, planes=4):
    state = torch.randn(n, planes, board, board)
    legal = torch.rand(n, board * board) > 0.3
    action = legal.float().multinomial(1).squeeze(1)
    returns = torch.randint(0, 2, (n,)).float() * 2 - 1
    return state, legal, action, returns


if __name__ == "__main__":
    trainer = A2CTrainer(PolicyValueNet())
    for it in range(5):
        print(it, trainer.update(*make_batch(16)))
