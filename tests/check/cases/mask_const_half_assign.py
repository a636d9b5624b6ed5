import torch
import torch.nn as nn
import torch.nn.functional as F

def f(scores, i):
    m = AutoModel.from_pretrained('x', torch_dtype=torch.float16)
    scores[:, i] = -1e9  # NS124
    return scores
