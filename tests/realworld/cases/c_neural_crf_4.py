# origin: https://github.com/allanj/pytorch_neural_crf/issues/4
# kinds: underflow overflow domain
import torch
import torch.nn as nn


class NNCRF(nn.Module):
    def __init__(self, encoder, inferencer):
        super().__init__()
        self.encoder = encoder
        self.inferencer = inferencer

    def forward(self, words, lens, tags):
        feats = self.encoder(words, lens)
        unlabed_score, labeled_score = self.inferencer(feats, lens, tags)
        p = torch.exp(labeled_score - unlabed_score)  #-
        return -torch.log(p).sum()  #!
        return (unlabed_score - labeled_score).sum()  #+
