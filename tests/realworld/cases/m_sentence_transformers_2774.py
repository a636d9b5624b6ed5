# origin: https://github.com/huggingface/sentence-transformers/issues/2774
# kinds: overflow
import torch
import torch.nn as nn
import torch.nn.functional as F


class ImprovedContrastiveLoss(nn.Module):
    def __init__(self, model, temperature=0.01):
        super().__init__()
        self.model = model
        self.temperature = temperature

    def forward(self, sentence_features, labels=None):
        embeddings = [self.model(f)["sentence_embedding"] for f in sentence_features]
        query = F.normalize(embeddings[0], dim=-1)
        doc = F.normalize(embeddings[1], dim=-1)

        sim_q_d = query @ doc.T / self.temperature
        sim_q_q = query @ query.T / self.temperature
        sim_d_d = doc @ doc.T / self.temperature

        eye = torch.eye(query.size(0), dtype=torch.bool, device=query.device)
        partition = torch.exp(sim_q_d).sum(dim=1)  #!
        partition = partition + torch.exp(sim_q_d).sum(dim=0)  #!
        partition = partition + torch.exp(sim_q_q).masked_fill(eye, 0).sum(dim=1)  #!
        partition = partition + torch.exp(sim_d_d).masked_fill(eye, 0).sum(dim=0)  #!
        loss = -torch.log(torch.exp(sim_q_d).diag() / partition)  #!
        sim_q_q = sim_q_q.masked_fill(eye, float("-inf"))  #+
        sim_d_d = sim_d_d.masked_fill(eye, float("-inf"))  #+
        terms = torch.cat([sim_q_d, sim_q_d.T, sim_q_q, sim_d_d.T], dim=1)  #+
        loss = torch.logsumexp(terms, dim=1) - sim_q_d.diag()  #+
        return loss.mean()


def fit(loss_model, loader, lr=2e-5):
    optimizer = torch.optim.AdamW(loss_model.parameters(), lr=lr)
    for features, labels in loader:
        optimizer.zero_grad()
        loss = loss_model(features, labels)
        loss.backward()
        nn.utils.clip_grad_norm_(loss_model.parameters(), 1.0)
        optimizer.step()
