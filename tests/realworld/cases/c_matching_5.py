# origin: https://github.com/gitabcworld/MatchingNetworks/issues/5
# kinds: vanishing overflow underflow precision
import torch.nn as nn
import torch.nn.functional as F


class AttentionalClassify(nn.Module):
    def __init__(self):
        super().__init__()
        self.softmax = nn.Softmax(dim=1)  #-

    def forward(self, similarities, support_set_y):
        softmax_similarities = self.softmax(similarities)  #-
        preds = softmax_similarities.unsqueeze(1).bmm(support_set_y).squeeze(1)  #-
        preds = similarities.unsqueeze(1).bmm(support_set_y).squeeze(1)  #+
        return preds


class MatchingNetwork(nn.Module):
    def __init__(self, encoder, dn):
        super().__init__()
        self.g = encoder
        self.dn = dn
        self.classify = AttentionalClassify()

    def forward(self, support, labels, target, target_label):
        sims = self.dn(self.g(support), self.g(target))
        preds = self.classify(sims, support_set_y=labels)
        crossentropy_loss = F.cross_entropy(preds, target_label.long())  #*
        return crossentropy_loss
