# origin: https://github.com/meituan/YOLOv6/issues/226
# kinds: domain
import torch


class SIoULoss:
    def __call__(self, box1, box2):
        b1_x1, b1_y1, b1_x2, b1_y2 = box1.chunk(4, -1)
        b2_x1, b2_y1, b2_x2, b2_y2 = box2.chunk(4, -1)
        s_cw = (b2_x1 + b2_x2 - b1_x1 - b1_x2) * 0.5
        s_ch = (b2_y1 + b2_y2 - b1_y1 - b1_y2) * 0.5
        s_cw = s_cw + 1e-6  #+
        sigma = torch.pow(s_cw**2 + s_ch**2, 0.5)  #!
        sigma = torch.pow(s_cw**2 + s_ch**2 + 1e-9, 0.5)  #+
        sin_alpha = torch.abs(s_cw) / sigma
        return torch.cos(torch.arcsin(sin_alpha.clamp(max=0.999)) * 2 - torch.pi / 2)
