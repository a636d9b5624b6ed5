# origin: https://github.com/philtabor/Youtube-Code-Repository/issues/59
# kinds: domain
import torch as T
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.distributions.normal import Normal


class ActorNetwork(nn.Module):
    def __init__(self, alpha, input_dims, max_action, fc1_dims=256, fc2_dims=256, n_actions=2):
        super().__init__()
        self.reparam_noise = 1e-6
        self.fc1 = nn.Linear(input_dims, fc1_dims)
        self.fc2 = nn.Linear(fc1_dims, fc2_dims)
        self.mu = nn.Linear(fc2_dims, n_actions)
        self.sigma = nn.Linear(fc2_dims, n_actions)
        self.optimizer = optim.Adam(self.parameters(), lr=alpha)
        self.device = T.device("cuda:0" if T.cuda.is_available() else "cpu")
        self.max_action = T.tensor(max_action, dtype=T.float).to(self.device)
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
        actions = probabilities.rsample() if reparameterize else probabilities.sample()

        action = T.tanh(actions) * self.max_action
        log_probs = probabilities.log_prob(actions)
        log_probs -= T.log(1 - action.pow(2) + self.reparam_noise)  #!
        log_probs -= T.log(1 - T.tanh(actions).pow(2) + self.reparam_noise)  #+
        log_probs = log_probs.sum(1, keepdim=True)
        return action, log_probs


def actor_loss(actor, critic_1, critic_2, state):
    actions, log_probs = actor.sample_normal(state, reparameterize=True)
    q_value = T.min(critic_1(state, actions), critic_2(state, actions))
    return T.mean(log_probs.view(-1) - q_value.view(-1))
