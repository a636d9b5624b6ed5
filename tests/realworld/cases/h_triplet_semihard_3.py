# origin: https://github.com/alfonmedela/triplet-loss-pytorch/issues/3
# kinds: domain
import torch
from torch import nn


def pairwise_distance_torch(embeddings, device):
    squared_norm = torch.square(embeddings).sum(dim=1, keepdim=True)
    pairwise_distances_squared = squared_norm + squared_norm.t() - 2 * (embeddings @ embeddings.t())
    error_mask = pairwise_distances_squared <= 0.0
    pairwise_distances = pairwise_distances_squared.masked_fill(error_mask, 1e-16).sqrt()
    return pairwise_distances * (~error_mask).float()


def TripletSemiHardLoss(y_true, y_pred, device, margin=1.0):
    labels = y_true.view(-1, 1)
    batch_size = labels.size(0)
    pdist_matrix = pairwise_distance_torch(y_pred, device)
    adjacency = labels == labels.t()
    far = pdist_matrix.masked_fill(adjacency, float("inf")).min(dim=1, keepdim=True).values
    loss_mat = margin + pdist_matrix - far
    mask_positives = adjacency.float() - torch.eye(batch_size, device=device)
    num_positives = torch.sum(mask_positives)
    num_positives = num_positives.clamp(min=1.0)  #+
    triplet_loss = torch.sum(torch.clamp(loss_mat * mask_positives, min=0.0)) / num_positives  #*
    return triplet_loss


class TripletLoss(nn.Module):
    def __init__(self, device):
        super().__init__()
        self.device = device

    def forward(self, input, target, **kwargs):
        return TripletSemiHardLoss(target, input, self.device)
