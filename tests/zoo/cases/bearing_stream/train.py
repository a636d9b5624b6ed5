"""Anomaly detector for a bearing test bench: autoencoder over windows of six accelerometers."""
import numpy as np
import torch

from normal import WindowNet


def bench(seconds, channels, seed):
    rng = np.random.default_rng(seed)
    t = np.arange(32) / 32
    for s in range(seconds):
        speed = 3 + np.sin(s / 40)
        phase = rng.uniform(0, 2 * np.pi, size=(12, channels, 1))
        window = np.sin(2 * np.pi * speed * t + phase) + 0.1 * rng.normal(size=(12, channels, 32))
        window *= (1 + 0.3 * np.arange(channels))[None, :, None]
        if s >= 40:
            window[:, 4] = 0.0    # amplifier of channel 4 unplugged
        yield torch.from_numpy(window.astype(np.float32))


def main(channels=6):
    torch.manual_seed(7)
    model = WindowNet(channels)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    smooth = None
    for s, window in enumerate(bench(240, channels, 7)):
        rebuilt, z = model(window)
        loss = torch.nn.functional.mse_loss(rebuilt, z.detach())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        smooth = loss.item() if smooth is None else 0.95 * smooth + 0.05 * loss.item()
        if s % 50 == 0:
            print(f"second {s} reconstruction {smooth:.4f}")


if __name__ == "__main__":
    main()
