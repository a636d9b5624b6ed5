import torch

from agent import Agent


def demonstrations(n, gen):
    """A point mass pushed around by a learner that finds the goal only late in the log; reward 1 on the goal."""
    pos, rows = torch.zeros(2), []
    for i in range(n):
        skill = max(0.0, (i - 0.75 * n) / n) * 4
        obs = pos.clone()
        act = (0.6 * torch.randn(2, generator=gen) + skill * (1.5 - pos)).clamp(-1, 1)
        pos = 0.9 * pos + 0.2 * act
        rows.append((obs, act, float((pos - 1.5).norm() < 0.7), pos.clone()))
        if i % 50 == 49:
            pos = torch.zeros(2)
    obs, act, reward, nxt = zip(*rows)
    return torch.stack(obs), torch.stack(act), torch.tensor(reward), torch.stack(nxt)


def main(steps=120, batch=64):
    torch.manual_seed(20)
    gen = torch.Generator().manual_seed(20)
    log = demonstrations(4000, gen)
    agent = Agent(2, 2)
    for step in range(steps):
        available = min(4000, 400 + 50 * step)        # the log is still being downloaded
        rows = torch.randint(0, available, (batch,), generator=gen)
        report = agent.update(*(column[rows] for column in log))
        if step % 20 == 19:
            print(step, " ".join(f"{k} {v:.5f}" for k, v in report.items()))


main()
