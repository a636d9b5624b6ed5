# origin: https://github.com/bayesiains/nflows/pull/71
# kinds: cancellation domain
import torch
import torch.nn.functional as F


def gaussian_kernel(sigma, radius):
    x = torch.arange(-radius, radius + 1, dtype=torch.float32)
    k = torch.exp(-0.5 * (x / sigma) ** 2)
    return k / k.sum()


def blur(img, kernel):
    r = len(kernel) // 2
    img = F.conv2d(F.pad(img, (r, r, 0, 0), mode="replicate"), kernel.view(1, 1, 1, -1))
    return F.conv2d(F.pad(img, (0, 0, r, r), mode="replicate"), kernel.view(1, 1, -1, 1))


class CornerDetector:
    """Shi-Tomasi corners: the smaller eigenvalue of the local gradient matrix."""

    def __init__(self, sigma=1.5, nms=5):
        self.kernel = gaussian_kernel(sigma, int(3 * sigma))
        self.nms = nms

    def gradient_matrix(self, gray):
        gy, gx = torch.gradient(gray, dim=(-2, -1))
        return (
            blur(gx * gx, self.kernel),
            blur(gx * gy, self.kernel),
            blur(gy * gy, self.kernel),
        )

    def response(self, gray):
        sxx, sxy, syy = self.gradient_matrix(gray)
        trace = sxx + syy
        det = sxx * syy - sxy * sxy  #-
        gap = torch.sqrt(trace * trace - 4.0 * det)  #!
        gap = torch.sqrt((sxx - syy) ** 2 + 4.0 * sxy * sxy)  #+
        return 0.5 * (trace - gap)

    @torch.no_grad()
    def detect(self, gray, n=500, quality=0.01):
        score = self.response(gray)
        pooled = F.max_pool2d(score, self.nms, stride=1, padding=self.nms // 2)
        keep = (score == pooled) & (score > quality * score.amax())
        ys, xs = torch.nonzero(keep[0, 0], as_tuple=True)
        order = score[0, 0, ys, xs].argsort(descending=True)[:n]
        return torch.stack([xs[order], ys[order]], dim=-1)


def track_points(frames, detector=None):
    detector = detector or CornerDetector()
    return [detector.detect(f.mean(0, keepdim=True).unsqueeze(0)) for f in frames]
