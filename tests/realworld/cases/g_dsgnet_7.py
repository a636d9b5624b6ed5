# origin: https://github.com/IGLICT/DSG-Net/pull/7
# kinds: domain underflow
import torch
import torch.nn as nn


class LeafClassifier(nn.Module):
    def __init__(self, feature_size, hidden_size):
        super(LeafClassifier, self).__init__()
        self.mlp1 = nn.Linear(feature_size, hidden_size)
        self.mlp2 = nn.Linear(hidden_size, 1)

    def forward(self, input_feature):
        output = torch.relu(self.mlp1(input_feature))
        return torch.sigmoid(self.mlp2(output))


class RecursiveDecoder(nn.Module):
    def __init__(self, config):
        super(RecursiveDecoder, self).__init__()
        self.conf = config
        self.leaf_classifier = LeafClassifier(config.feature_size, config.hidden_size)
        self.sem_decoder = nn.Linear(config.feature_size, config.num_sem)

    def isLeafLossEstimator(self, is_leaf_prob, gt_is_leaf):
        eps = 1e-6  #+
        is_leaf_prob = is_leaf_prob.clamp(eps, 1 - eps)  #+
        return -(
            gt_is_leaf * torch.log(is_leaf_prob) + (1 - gt_is_leaf) * torch.log(1 - is_leaf_prob)  #*
        )

    def structure_recon_loss(self, z, gt_tree):
        is_leaf_prob = self.leaf_classifier(z)
        gt = z.new_tensor(gt_tree.root.is_leaf).view(1, -1)
        leaf_loss = self.isLeafLossEstimator(is_leaf_prob, gt)
        sem_loss = nn.functional.cross_entropy(self.sem_decoder(z), gt_tree.root.get_semantic_id())
        return {"leaf": leaf_loss.mean(), "semantic": sem_loss}
