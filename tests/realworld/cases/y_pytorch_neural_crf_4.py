# origin: https://github.com/allanj/pytorch_neural_crf/issues/4
# kinds: domain underflow
import torch
import torch.nn as nn


class LinearCRF(nn.Module):
    def __init__(self, label_size, start_idx, end_idx):
        super().__init__()
        self.label_size = label_size
        self.start_idx = start_idx
        self.end_idx = end_idx
        self.transition = nn.Parameter(torch.randn(label_size, label_size))

    def forward(self, emission, lengths, tags):
        all_scores = self.transition.view(1, 1, self.label_size, self.label_size) + emission.unsqueeze(2)
        return self.forward_unlabeled(all_scores, lengths), self.forward_labeled(all_scores, lengths, tags)

    def forward_unlabeled(self, all_scores, lengths):
        alpha = all_scores[:, 0, self.start_idx, :]
        for t in range(1, all_scores.size(1)):
            step = torch.logsumexp(alpha.unsqueeze(2) + all_scores[:, t], dim=1)
            alpha = torch.where((t < lengths).unsqueeze(1), step, alpha)
        return torch.logsumexp(alpha + self.transition[:, self.end_idx], dim=1)

    def forward_labeled(self, all_scores, lengths, tags):
        b, n = tags.shape
        rows = torch.arange(b, device=tags.device)
        total = all_scores[rows, 0, self.start_idx, tags[:, 0]]
        for t in range(1, n):
            s = all_scores[rows, t, tags[:, t - 1], tags[:, t]]
            total = total + s * (t < lengths)
        return total + self.transition[tags[rows, lengths - 1], self.end_idx]


class NNCRF(nn.Module):
    def __init__(self, encoder, label_size):
        super().__init__()
        self.encoder = encoder
        self.inferencer = LinearCRF(label_size, label_size - 2, label_size - 1)

    def forward(self, words, lengths, tags):
        unlabed_score, labeled_score = self.inferencer(self.encoder(words), lengths, tags)
        p = torch.exp(labeled_score - unlabed_score)  #!
        return -torch.log(p).sum()  #!
        return (unlabed_score - labeled_score).sum()  #+
