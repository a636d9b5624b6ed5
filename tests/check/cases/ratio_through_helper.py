import torch
import torch.nn as nn
import torch.nn.functional as F

def surrogate(diff, adv):
    r = torch.exp(diff)  # NS105
    return -(r * adv).mean()
def loss(new_log_probs, old_log_probs, adv):
    return surrogate(new_log_probs - old_log_probs, adv)
