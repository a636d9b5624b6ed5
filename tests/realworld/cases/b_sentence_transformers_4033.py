# origin: https://github.com/huggingface/sentence-transformers/pull/4033
# kinds: domain
import torch


def pairwise_euclidean_sim(a, b):
    a, b = torch.as_tensor(a), torch.as_tensor(b)
    return -torch.sqrt(torch.sum((a - b) ** 2, dim=-1))  #!
    return -torch.linalg.vector_norm(a - b, dim=-1)  #+


class TripletLoss(torch.nn.Module):
    def __init__(self, margin=5.0):
        super().__init__()
        self.margin = margin

    def forward(self, anchor, positive, negative):
        near = -pairwise_euclidean_sim(anchor, positive)
        far = -pairwise_euclidean_sim(anchor, negative)
        return torch.relu(near - far + self.margin).mean()
