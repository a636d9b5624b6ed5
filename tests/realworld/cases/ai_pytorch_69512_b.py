# origin: https://github.com/pytorch/pytorch/issues/69512
# kinds: overflow
import torch
import torch.nn.functional as F


class TemplateTracker:
    """Tracks a grey-scale template by normalized cross-correlation in a search window."""

    def __init__(self, template_size=24, search_radius=12, device="cpu", dtype=torch.float16):
        self.size = template_size
        self.radius = search_radius
        self.device = device
        self.dtype = dtype
        self.template = None
        self.position = None

    def _load(self, frame):
        return torch.as_tensor(frame).to(self.device, self.dtype)

    def initialize(self, frame, top, left):
        frame = self._load(frame)
        self.position = (top, left)
        self.template = frame[top: top + self.size, left: left + self.size].reshape(1, -1)

    def _candidates(self, frame):
        top, left = self.position
        t0 = max(top - self.radius, 0)
        l0 = max(left - self.radius, 0)
        window = frame[t0: top + self.radius + self.size, l0: left + self.radius + self.size]
        patches = F.unfold(window[None, None].float(), self.size)[0].T
        columns = window.shape[1] - self.size + 1
        return patches.to(self.dtype), t0, l0, columns

    @staticmethod
    def ncc(patches, template):
        patches = patches.float()  #+
        template = template.float()  #+
        a = patches - patches.mean(dim=1, keepdim=True)
        b = template - template.mean(dim=1, keepdim=True)
        cross = (a * b).sum(dim=1)  #*
        energy = (a * a).sum(dim=1) * (b * b).sum(dim=1)  #*
        return cross / (energy.sqrt() + 1e-3)

    def update(self, frame, min_score=0.5):
        frame = self._load(frame)
        patches, t0, l0, columns = self._candidates(frame)
        scores = self.ncc(patches, self.template)
        best = int(scores.argmax())
        score = float(scores[best])
        if score >= min_score:
            self.position = (t0 + best // columns, l0 + best % columns)
        return self.position, score


def track(frames, top, left, **kwargs):
    tracker = TemplateTracker(**kwargs)
    tracker.initialize(frames[0], top, left)
    path = [(top, left)]
    for frame in frames[1:]:
        position, score = tracker.update(frame)
        path.append(position)
    return path


if __name__ == "__main__":
    torch.manual_seed(0)
    scene = torch.randint(0, 256, (200, 200), dtype=torch.uint8)
    frames = [torch.roll(scene, shifts=(3 * i, 2 * i), dims=(0, 1)) for i in range(6)]
    print(track(frames, 60, 60))
