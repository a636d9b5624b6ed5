# origin: CTC/CRF/HMM recursions in linear space
# kinds: NS133
import torch


def ctc_probability(probs, labels, blank=0):
    path = [blank]
    for label in labels:
        path += [label, blank]
    T, S = probs.shape[0], len(path)
    alpha = torch.zeros(S)  #-
    alpha[0], alpha[1] = probs[0, blank], probs[0, path[1]]  #-
    for t in range(1, T):  #-
        before = torch.cat([torch.zeros(1), alpha[:-1]])  #-
        alpha = (alpha + before) * probs[t, path]  #!
    return -torch.log(alpha[-1] + alpha[-2])  #-
    log_alpha = torch.full((S,), -torch.inf)  #+
    log_alpha[:2] = torch.log_softmax(probs, -1)[0, path[:2]]  #+
    for t in range(1, T):  #+
        before = torch.cat([torch.full((1,), -torch.inf), log_alpha[:-1]])  #+
        log_alpha = torch.logaddexp(log_alpha, before) + torch.log_softmax(probs, -1)[t, path]  #+
    return -torch.logaddexp(log_alpha[-1], log_alpha[-2])  #+
