# origin: https://github.com/pytorch/pytorch/issues/194705
# kinds: overflow
import torch

G = 6.674e-11
AU = 1.496e11


class SolarSystem:
    """Point masses in SI units, integrated with the velocity Verlet scheme."""

    def __init__(self, mass, pos, vel, softening=1e6):
        self.mass = mass
        self.pos = pos
        self.vel = vel
        self.softening = softening

    def acceleration(self, pos):
        sep = pos.unsqueeze(0) - pos.unsqueeze(1)
        d2 = sep.square().sum(-1) + self.softening**2
        pull = G * self.mass / d2 ** 1.5  #!
        unit = sep * d2.rsqrt().unsqueeze(-1)  #+
        pull = G * self.mass / d2  #+
        pull = pull.masked_fill(torch.eye(len(pos), dtype=torch.bool), 0.0)
        return (pull.unsqueeze(-1) * sep).sum(1)  #-
        return (pull.unsqueeze(-1) * unit).sum(1)  #+

    def step(self, dt):
        acc = self.acceleration(self.pos)
        half = self.vel + 0.5 * dt * acc
        self.pos = self.pos + dt * half
        self.vel = half + 0.5 * dt * self.acceleration(self.pos)

    def run(self, dt, n):
        path = torch.empty(n, *self.pos.shape)
        for i in range(n):
            self.step(dt)
            path[i] = self.pos
        return path


def with_comet(distance_au=80.0, speed=4.0e3):
    mass = torch.tensor([1.989e30, 1.898e27, 1.0e13])
    pos = torch.tensor([[0.0, 0.0], [5.2 * AU, 0.0], [0.0, distance_au * AU]])
    vel = torch.tensor([[0.0, 0.0], [0.0, 1.307e4], [speed, 0.0]])
    return SolarSystem(mass, pos, vel)


if __name__ == "__main__":
    system = with_comet()
    track = system.run(dt=86400.0 * 5, n=2000)
    print((track[-1, 2] / AU).tolist())
