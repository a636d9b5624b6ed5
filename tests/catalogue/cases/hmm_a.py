# origin: CTC/CRF/HMM recursions in linear space
# kinds: NS108
import torch


def forward_likelihood(start, transition, emission, observed):
    alpha = start * emission[:, observed[0]]
    for t in range(1, len(observed)):
        alpha = (alpha @ transition) * emission[:, observed[t]]
    return torch.log(alpha.sum())  #!
    return log_likelihood(start, transition, emission, observed)  #+


def log_likelihood(start, transition, emission, observed):
    score = torch.log_softmax(start, -1)
    for t in range(1, len(observed)):
        score = torch.logsumexp(score[:, None] + transition, 0)
    return torch.logsumexp(score, 0)
