# origin: tanh-normal log-probabilities
# kinds: NS309
import torch


def log_prob(dist, action):
    u = torch.atanh(action)  #!
    u = torch.atanh(action.clamp(-1 + 1e-6, 1 - 1e-6))  #+
    squash = 2 * (0.6931472 - u - torch.nn.functional.softplus(-2 * u))
    return (dist.log_prob(u) - squash).sum(-1)
