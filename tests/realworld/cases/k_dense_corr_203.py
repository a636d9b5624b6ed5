# origin: https://github.com/RobotLocomotion/pytorch-dense-correspondence/issues/203
# kinds: domain
import torch


class PixelwiseContrastiveLoss:
    def __init__(self, image_shape, config=None):
        self.type = "pixelwise_contrastive"
        self.image_width = image_shape[1]
        self.image_height = image_shape[0]
        self._config = config

    @property
    def debug(self):
        return self._config["debug"]

    @staticmethod
    def match_loss(image_a_pred, image_b_pred, matches_a, matches_b, M=1.0, dist="l2"):
        """L2 distance between the descriptors of matching pixels."""
        num_matches = matches_a.size()[0]
        matches_a_descriptors = torch.index_select(image_a_pred, 1, matches_a)
        matches_b_descriptors = torch.index_select(image_b_pred, 1, matches_b)
        if len(matches_a) == 1:
            matches_a_descriptors = matches_a_descriptors.unsqueeze(0)
            matches_b_descriptors = matches_b_descriptors.unsqueeze(0)
        match_loss = 1.0 / num_matches * (matches_a_descriptors - matches_b_descriptors).pow(2).sum()  #!
        match_loss = 1.0 / max(num_matches, 1) * (matches_a_descriptors - matches_b_descriptors).pow(2).sum()  #+
        return match_loss, matches_a_descriptors, matches_b_descriptors

    def get_loss(self, image_a_pred, image_b_pred, matches_a, matches_b, **kwargs):
        loss, a, b = PixelwiseContrastiveLoss.match_loss(image_a_pred, image_b_pred, matches_a, matches_b)
        return {"match": loss}


def run(dataset, dcn, optimizer, cfg):
    criterion = PixelwiseContrastiveLoss(image_shape=[480, 640], config=cfg)
    for data in dataset:
        kind, image_a, image_b, mask_a, uv_a, uv_b = data
        keep = mask_a.flatten()[uv_a] > 0
        uv_a, uv_b = uv_a[keep], uv_b[keep]
        optimizer.zero_grad()
        a = dcn.process_network_output(dcn(image_a.cuda()), 1)
        b = dcn.process_network_output(dcn(image_b.cuda()), 1)
        loss = criterion.get_loss(a, b, uv_a, uv_b)["match"]
        loss.backward()
        optimizer.step()
