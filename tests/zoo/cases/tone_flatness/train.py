import torch

from synth import Tones, flatness, power


class Session:
    def __init__(self, seed=15, n=400):
        self.gen = torch.Generator().manual_seed(seed)
        self.model = Tones()
        self.optimizer = torch.optim.NAdam(self.model.parameters(), lr=3e-3)
        self.contour, self.sound = self.recordings(n)
        self.n_steps = 0
        self.best = None

    def recordings(self, n):
        contour = torch.rand(n, 8, generator=self.gen)
        gain = 0.4 + 0.6 * torch.rand(n, 1, generator=self.gen)
        gain[[251, 333]] = 1e-4     # fade-outs
        amplitude = 0.5 * torch.rand(n, 12, generator=self.gen) * contour[:, :1] * gain
        noise = torch.randn(n, 64, generator=self.gen) * gain
        return contour * gain, amplitude @ self.model.sines + 0.2 * noise

    def loss(self, contour, sound):
        made = self.model(contour)
        made = made + 0.2 * torch.randn(made.shape, generator=self.gen) * contour.amax(1, keepdim=True)
        spectral = (torch.log1p(power(made)) - torch.log1p(power(sound))).abs().mean()
        return spectral + (flatness(made) - flatness(sound)).abs().mean()

    def step(self):
        rows = torch.randint(0, len(self.contour), (20,), generator=self.gen)
        loss = self.loss(self.contour[rows], self.sound[rows])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.n_steps += 1
        value = loss.item()
        self.best = value if self.best is None else min(self.best, value)
        if self.n_steps % 20 == 0:
            print(f"{self.n_steps} loss {value:.4f} best {self.best:.4f}")


torch.manual_seed(15)
session = Session()
while session.n_steps < 120:
    session.step()
