# origin: https://github.com/modelscope/DiffSynth-Studio/pull/1025
# kinds: precision
import torch
import torch.nn as nn


def sinusoidal_embedding_1d(dim, position):
    half = dim // 2
    freqs = torch.pow(10000, -torch.arange(half, dtype=torch.float64, device=position.device).div(half))
    sinusoid = torch.outer(position.type(torch.float64), freqs)
    x = torch.cat([torch.cos(sinusoid), torch.sin(sinusoid)], dim=1)
    return x.to(position.dtype)


class WanModel(nn.Module):
    def __init__(self, in_dim, dim, freq_dim=256):
        super().__init__()
        self.freq_dim = freq_dim
        self.patch_embedding = nn.Linear(in_dim, dim)
        self.time_embedding = nn.Sequential(nn.Linear(freq_dim, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.time_projection = nn.Sequential(nn.SiLU(), nn.Linear(dim, dim * 2))
        self.head = nn.Linear(dim, in_dim)

    def forward(self, x, timestep):
        emb = sinusoidal_embedding_1d(self.freq_dim, timestep)  #-
        emb = sinusoidal_embedding_1d(self.freq_dim, timestep).to(x.dtype)  #+
        t = self.time_embedding(emb)
        shift, scale = self.time_projection(t).unsqueeze(1).chunk(2, dim=-1)
        return self.head(self.patch_embedding(x) * (1 + scale) + shift)


class WanPipeline(nn.Module):
    def __init__(self, dit, scheduler, device="cuda", torch_dtype=torch.bfloat16):
        super().__init__()
        self.dit = dit.to(device=device, dtype=torch_dtype)
        self.scheduler = scheduler
        self.device = device
        self.torch_dtype = torch_dtype

    def training_loss(self, latents, noise):
        index = torch.randint(0, len(self.scheduler.timesteps), (1,))
        timestep = self.scheduler.timesteps[index].to(dtype=self.torch_dtype, device=self.device)  #!
        timestep = self.scheduler.timesteps[index].to(dtype=torch.float32, device=self.device)  #+
        noisy = self.scheduler.add_noise(latents, noise, index)
        target = self.scheduler.training_target(latents, noise)
        pred = self.dit(noisy.to(self.torch_dtype), timestep)
        return nn.functional.mse_loss(pred.float(), target.float())
