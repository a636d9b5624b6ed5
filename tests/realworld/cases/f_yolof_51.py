# origin: https://github.com/megvii-model/YOLOF/issues/51
# kinds: overflow domain
import math

import torch
import torch.nn as nn


class Decoder(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.INF = 1e8
        self.num_classes = cfg.MODEL.YOLOF.DECODER.NUM_CLASSES
        self.num_anchors = cfg.MODEL.YOLOF.DECODER.NUM_ANCHORS
        self.in_channels = cfg.MODEL.YOLOF.DECODER.IN_CHANNELS
        self._init_layers()

    def _init_layers(self):
        self.cls_subnet = nn.Sequential(nn.Conv2d(self.in_channels, self.in_channels, 3, padding=1), nn.ReLU())
        self.bbox_subnet = nn.Sequential(nn.Conv2d(self.in_channels, self.in_channels, 3, padding=1), nn.ReLU())
        self.cls_score = nn.Conv2d(self.in_channels, self.num_anchors * self.num_classes, 3, padding=1)
        self.bbox_pred = nn.Conv2d(self.in_channels, self.num_anchors * 4, 3, padding=1)
        self.object_pred = nn.Conv2d(self.in_channels, self.num_anchors, 3, padding=1)

    def forward(self, feature):
        cls_score = self.cls_score(self.cls_subnet(feature))
        N, _, H, W = cls_score.shape
        cls_score = cls_score.view(N, -1, self.num_classes, H, W)
        reg_feat = self.bbox_subnet(feature)
        bbox_reg = self.bbox_pred(reg_feat)
        objectness = self.object_pred(reg_feat).view(N, -1, 1, H, W)

        limit = math.log(self.INF)  #+
        normalized_cls_score = cls_score + objectness - torch.log(
            1.0 + torch.clamp(cls_score.exp(), max=self.INF) + torch.clamp(objectness.exp(), max=self.INF)  #!
            1.0 + torch.clamp(cls_score, max=limit).exp() + torch.clamp(objectness, max=limit).exp()  #+
        )
        return normalized_cls_score.view(N, -1, H, W), bbox_reg
