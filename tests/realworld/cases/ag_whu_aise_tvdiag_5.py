# origin: https://github.com/WHU-AISE/TVDiag/pull/5
# kinds: domain
import torch
import torch.nn.functional as F
from torch import nn


class SupConLoss(nn.Module):
    def __init__(self, temperature=0.5, device='cpu'):
        super().__init__()
        self.register_buffer("temperature", torch.tensor(temperature))
        self.device = device

    def forward(self, embeddings, labels):
        n = labels.shape[0]
        similarity_matrix = F.cosine_similarity(embeddings.unsqueeze(1), embeddings.unsqueeze(0), dim=2)

        mask = torch.ones_like(similarity_matrix) * (labels.expand(n, n).eq(labels.expand(n, n).t()))
        mask_no_sim = torch.ones_like(mask) - mask

        mask_dj = torch.ones(n, n) - torch.eye(n, n)
        mask_dj = mask_dj.to(self.device)
        similarity_matrix = torch.exp(similarity_matrix / self.temperature)
        similarity_matrix = similarity_matrix * mask_dj

        sim = mask * similarity_matrix
        no_sim = similarity_matrix - sim
        no_sim_sum = torch.sum(no_sim, dim=1)
        no_sim_sum_expend = no_sim_sum.repeat(n, 1).T
        sim_sum = sim + no_sim_sum_expend

        eye = torch.eye(n, n).to(self.device)
        loss_partial = -torch.log(mask_no_sim + torch.div(sim, sim_sum) + eye)  #!
        loss_partial = -torch.log(mask_no_sim + torch.div(sim, sim_sum + 1e-8) + eye)  #+
        loss = torch.sum(torch.sum(loss_partial, dim=1)) / (len(torch.nonzero(loss_partial)))  #!
        loss = torch.sum(torch.sum(loss_partial, dim=1)) / (len(torch.nonzero(loss_partial)) + 1e-8)  #+
        return loss


class TVDiag(nn.Module):
    """Modality encoder with a failure-type classifier, trained with task-oriented learning."""

    def __init__(self, in_dim, hidden=64, n_types=5):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(in_dim, hidden), nn.ReLU(), nn.Linear(hidden, hidden))
        self.typeClassifier = nn.Linear(hidden, n_types)

    def forward(self, x):
        f = self.encoder(x)
        return f, self.typeClassifier(f)


def train(model, loader, epochs=10, lr=1e-3, beta=0.1):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    supConLoss = SupConLoss()
    for epoch in range(epochs):
        for x, type_labels in loader:
            f, type_logit = model(x)
            l_to = supConLoss(f, type_labels)
            l_cls = F.cross_entropy(type_logit, type_labels)
            total_loss = l_cls + beta * l_to
            opt.zero_grad()
            total_loss.backward()
            opt.step()
    return model
