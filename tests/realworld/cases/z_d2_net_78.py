# origin: https://github.com/mihaidusmanu/d2-net/issues/78
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class SoftDetectionModule(nn.Module):
    def __init__(self, soft_local_max_size=3, eps=1e-8):
        super().__init__()
        self.size = soft_local_max_size
        self.pad = soft_local_max_size // 2
        self.eps = eps

    def forward(self, batch):
        b = batch.size(0)
        batch = F.relu(batch)
        max_per_sample = torch.max(batch.view(b, -1), dim=1).values.clamp_min(self.eps)
        exp = torch.exp(batch / max_per_sample.view(b, 1, 1, 1))
        sum_exp = self.size**2 * F.avg_pool2d(
            F.pad(exp, [self.pad] * 4, mode="constant", value=1.0), self.size, stride=1
        )
        local_max_score = exp / sum_exp

        depth_wise_max = torch.max(batch, dim=1).values
        depth_wise_max_score = batch / depth_wise_max.unsqueeze(1)  #!
        depth_wise_max_score = batch / (depth_wise_max.unsqueeze(1) + self.eps)  #+

        all_scores = local_max_score * depth_wise_max_score
        score = torch.max(all_scores, dim=1).values
        total = torch.sum(score.view(b, -1), dim=1).clamp_min(self.eps)
        return score / total.view(b, 1, 1)


class D2Net(nn.Module):
    def __init__(self, backbone):
        super().__init__()
        self.dense_feature_extraction = backbone
        self.detection = SoftDetectionModule()

    def forward(self, image1, image2):
        dense = self.dense_feature_extraction(torch.cat([image1, image2], dim=0))
        scores = self.detection(dense)
        n = image1.size(0)
        return {
            "dense_features1": dense[:n], "scores1": scores[:n],
            "dense_features2": dense[n:], "scores2": scores[n:],
        }
