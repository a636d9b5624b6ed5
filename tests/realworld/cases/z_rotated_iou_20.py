# origin: https://github.com/lilanxiao/Rotated_IoU/issues/20
# kinds: domain
import torch


def edge_lines(corners):
    """Consecutive corner pairs of the candidate polygon, (B, N, V, 4)."""
    nxt = torch.roll(corners, shifts=-1, dims=-2)
    return torch.cat([corners, nxt], dim=-1)


def point_line_distance_range(lines, points):
    """For each edge, the largest distance of any point and the length of the shadow on the edge."""
    x1, y1, x2, y2 = (lines[..., i : i + 1] for i in range(4))
    x, y = points[..., None, :, 0], points[..., None, :, 1]
    den = (y2 - y1) * x - (x2 - x1) * y + x2 * y1 - y2 * x1
    num = torch.sqrt((y2 - y1).square() + (x2 - x1).square()) + 1e-8  #!
    num = torch.sqrt((y2 - y1).square() + (x2 - x1).square() + 1e-14)  #+
    d = den / num
    along = (x2 - x1) * x + (y2 - y1) * y
    shadow = along / num
    height = d.max(dim=-1).values - d.min(dim=-1).values
    width = shadow.max(dim=-1).values - shadow.min(dim=-1).values
    return width, height


def smallest_bounding_box(corners1, corners2):
    """Smallest rotated box around two boxes, searched over the edge directions of both."""
    points = torch.cat([corners1, corners2], dim=-2)
    lines = torch.cat([edge_lines(corners1), edge_lines(corners2)], dim=-2)
    width, height = point_line_distance_range(lines, points)
    area = width * height
    area = torch.where(area.detach() < 1e-12, torch.full_like(area, 1e8), area)
    best = area.argmin(dim=-1, keepdim=True)
    return width.gather(-1, best).squeeze(-1), height.gather(-1, best).squeeze(-1)


def enclosing_penalty(corners1, corners2, union):
    w, h = smallest_bounding_box(corners1, corners2)
    area_c = (w * h).clamp_min(1e-6)
    return (area_c - union) / area_c
