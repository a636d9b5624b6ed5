# origin: https://github.com/allenai/allennlp/issues/890
# kinds: domain
import torch


def masked_log_softmax(vector, mask):
    """log_softmax over the elements that are not masked."""
    if mask is not None:
        vector = vector + mask.float().log()  #!
        vector = vector + (mask.float() + 1e-45).log()  #+
    return torch.nn.functional.log_softmax(vector, dim=1)  #*
