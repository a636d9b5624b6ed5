import torch
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset

from noisyor import NoisyOr

DISEASES, SYMPTOMS = 8, 12


def records(n, seed):
    gen = torch.Generator().manual_seed(seed)
    disease = (torch.rand(n, DISEASES, generator=gen) < 0.25).float()
    strength = torch.rand(SYMPTOMS, DISEASES, generator=gen) * 0.8
    strength[2, 5] = 1.0      # always seen with disease 5
    p = 1 - (1 - strength * disease.unsqueeze(1)).prod(-1)
    symptom = (torch.rand(n, SYMPTOMS, generator=gen) < p).float()
    return TensorDataset(disease, symptom)


def brier(p, seen):
    return (p - seen).square().sum(1).mean()


if __name__ == "__main__":
    torch.manual_seed(88)
    data = records(2000, 88)
    sampler = BatchSampler(RandomSampler(data), batch_size=50, drop_last=False)
    loader = DataLoader(data, sampler=sampler, batch_size=None)
    model = NoisyOr(DISEASES, SYMPTOMS)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.8)
    for epoch in range(4):
        score = 0.0
        for disease, symptom in loader:
            optimizer.zero_grad()
            loss = brier(model(disease), symptom)
            loss.backward()
            optimizer.step()
            model.project()
            score += loss.item() / len(loader)
        print(f"epoch {epoch} brier score {score:.4f} strongest {model.strength.max().item():.3f}")
