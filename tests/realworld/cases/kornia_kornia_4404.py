# origin: https://github.com/kornia/kornia/issues/4404
# kinds: domain
import torch


class So3:
    @staticmethod
    def exp(v: torch.Tensor):
        theta = torch.linalg.norm(v, dim=-1, keepdim=True)
        small = theta < 1e-6
        half = theta / 2
        scale = torch.where(small, 0.5 - theta**2 / 48, torch.sin(half) / theta)  #!
        safe = torch.where(small, torch.ones_like(theta), theta)  #+
        scale = torch.where(small, 0.5 - theta**2 / 48, torch.sin(safe / 2) / safe)  #+
        return torch.cat([torch.cos(half), scale * v], dim=-1)
