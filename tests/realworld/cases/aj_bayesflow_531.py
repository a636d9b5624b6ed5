# origin: https://github.com/bayesflow-org/bayesflow/pull/531
# kinds: underflow domain
import numpy as np


class MPPIController:
    """Sampling-based predictive control: average of noisy plans, weighted by their cost."""

    def __init__(self, dynamics, cost, horizon=30, n_samples=512, temperature=0.05,
                 noise_std=0.3, u_max=1.0, n_controls=1, seed=0):
        self.dynamics = dynamics
        self.cost = cost
        self.horizon = horizon
        self.n_samples = n_samples
        self.temperature = temperature
        self.noise_std = noise_std
        self.u_max = u_max
        self.rng = np.random.default_rng(seed)
        self.plan = np.zeros((horizon, n_controls))

    def rollout(self, state, controls):
        total = np.zeros(len(controls))
        x = np.repeat(state[None], len(controls), axis=0)
        for t in range(self.horizon):
            x = self.dynamics(x, controls[:, t])
            total += self.cost(x, controls[:, t])
        return total

    def plan_weights(self, costs):
        weights = np.exp(-costs / self.temperature)  #!
        weights = np.exp(-(costs - costs.min()) / self.temperature)  #+
        return weights / weights.sum()

    def act(self, state):
        shape = (self.n_samples,) + self.plan.shape
        noise = self.rng.normal(0.0, self.noise_std, shape)
        controls = np.clip(self.plan + noise, -self.u_max, self.u_max)
        weights = self.plan_weights(self.rollout(state, controls))
        self.plan = np.einsum("s,stc->tc", weights, controls)
        action = self.plan[0].copy()
        self.plan = np.roll(self.plan, -1, axis=0)
        self.plan[-1] = 0.0
        return action


def pendulum_dynamics(x, u, dt=0.05):
    theta, omega = x[:, 0], x[:, 1]
    omega = omega + dt * (9.81 * np.sin(theta) + 3.0 * u[:, 0])
    return np.stack([theta + dt * omega, omega], axis=1)


def pendulum_cost(x, u):
    angle = (x[:, 0] + np.pi) % (2 * np.pi) - np.pi
    return 5.0 * angle**2 + 0.1 * x[:, 1] ** 2 + 0.01 * u[:, 0] ** 2
