# origin: https://github.com/philtabor/Actor-Critic-Methods-Paper-To-Code/issues/7
# kinds: domain
import torch as T
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions.normal import Normal


class ActorNetwork(nn.Module):
    def __init__(self, input_dims, max_action, n_actions=2, fc1_dims=256, fc2_dims=256, lr=3e-4):
        super().__init__()
        self.max_action = max_action
        self.reparam_noise = 1e-6
        self.fc1 = nn.Linear(input_dims, fc1_dims)
        self.fc2 = nn.Linear(fc1_dims, fc2_dims)
        self.mu = nn.Linear(fc2_dims, n_actions)
        self.sigma = nn.Linear(fc2_dims, n_actions)
        self.optimizer = T.optim.Adam(self.parameters(), lr=lr)
        self.device = T.device("cuda:0" if T.cuda.is_available() else "cpu")
        self.to(self.device)

    def forward(self, state):
        prob = F.relu(self.fc1(state))
        prob = F.relu(self.fc2(prob))
        mu = self.mu(prob)
        sigma = T.clamp(self.sigma(prob), min=self.reparam_noise, max=1)
        return mu, sigma

    def sample_normal(self, state, reparameterize=True):
        mu, sigma = self.forward(state)
        probabilities = Normal(mu, sigma)
        if reparameterize:
            actions = probabilities.rsample()
        else:
            actions = probabilities.sample()

        action = T.tanh(actions) * T.tensor(self.max_action).to(self.device)
        log_probs = probabilities.log_prob(actions)
        log_probs -= T.log(1 - action.pow(2) + self.reparam_noise)  #!
        log_probs -= T.log(1 - T.tanh(actions).pow(2) + self.reparam_noise)  #+
        log_probs = log_probs.sum(1, keepdim=True)
        return action, log_probs


class Agent:
    def __init__(self, env, alpha=3e-4):
        self.actor = ActorNetwork(
            env.observation_space.shape[0],
            max_action=[2.0] * env.action_space.shape[0],
            n_actions=env.action_space.shape[0],
            lr=alpha,
        )

    def actor_loss(self, state, critic_1, critic_2):
        actions, log_probs = self.actor.sample_normal(state, reparameterize=True)
        q = T.min(critic_1(state, actions), critic_2(state, actions))
        return T.mean(log_probs.view(-1) - q.view(-1))
