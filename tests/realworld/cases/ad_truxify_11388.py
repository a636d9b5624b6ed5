# origin: https://github.com/KanishJebaMathewM/Truxify/issues/11388
# kinds: overflow
import numpy as np


class MAPPOFleetAgent:
    """Multi-agent PPO agent that rebalances one vehicle of the fleet between zones."""

    def __init__(self, state_dim, action_dim, lr=0.01, gamma=0.99):
        self.actor_weights = np.random.randn(state_dim, action_dim)
        self.critic_weights = np.random.randn(state_dim)
        self.lr = lr
        self.gamma = gamma

    def select_action(self, state):
        logits = np.dot(state, self.actor_weights)
        probs = np.exp(logits) / np.sum(np.exp(logits))  #!
        z = logits - np.max(logits)  #+
        e = np.exp(z)  #+
        probs = e / np.sum(e)  #+
        action = np.argmax(probs)
        return action, probs

    def value(self, state):
        return np.dot(state, self.critic_weights)


class FleetRebalancer:
    def __init__(self, n_agents, state_dim, n_zones):
        self.agents = [MAPPOFleetAgent(state_dim, n_zones) for _ in range(n_agents)]

    def build_state(self, vehicle, demand):
        """Position in metres of the depot grid, remaining load in kg, then the open orders of each zone."""
        return np.concatenate([vehicle['position'], [vehicle['load']], demand])

    def step(self, vehicles, demand):
        plan = []
        for agent, vehicle in zip(self.agents, vehicles):
            state = self.build_state(vehicle, demand)
            action, probs = agent.select_action(state)
            plan.append((vehicle['id'], int(action), float(probs[action])))
        return plan


if __name__ == '__main__':
    np.random.seed(0)
    n_zones = 5
    vehicles = [{'id': i, 'position': np.random.uniform(0, 4000, 2), 'load': 800.0 * i} for i in range(3)]
    demand = np.random.poisson(20, n_zones).astype(float)
    rebalancer = FleetRebalancer(len(vehicles), 3 + n_zones, n_zones)
    for vehicle_id, zone, confidence in rebalancer.step(vehicles, demand):
        print('vehicle', vehicle_id, '-> zone', zone, confidence)
