# origin: https://github.com/modelscope/DiffSynth-Studio/issues/562
# kinds: precision
import torch
import torch.nn as nn


def sinusoidal_embedding_1d(dim, position):
    half = dim // 2
    freqs = torch.pow(10000, -torch.arange(half, dtype=torch.float64, device=position.device) / half)
    angles = torch.outer(position.to(torch.float64), freqs)
    return torch.cat([torch.cos(angles), torch.sin(angles)], dim=1)


class TimeEmbedding(nn.Module):
    def __init__(self, dim=1536, freq_dim=256):
        super().__init__()
        self.freq_dim = freq_dim
        self.mlp = nn.Sequential(nn.Linear(freq_dim, dim), nn.SiLU(), nn.Linear(dim, dim))

    def forward(self, timestep):
        emb = sinusoidal_embedding_1d(self.freq_dim, timestep)
        return self.mlp(emb.to(self.mlp[0].weight.dtype))


class FlowMatchScheduler:
    def __init__(self, shift=5.0, num_train_timesteps=1000):
        self.shift = shift
        self.num_train_timesteps = num_train_timesteps

    def set_timesteps(self, num_inference_steps):
        sigmas = torch.linspace(1.0, 0.003, num_inference_steps)
        self.sigmas = self.shift * sigmas / (1 + (self.shift - 1) * sigmas)
        self.timesteps = self.sigmas * self.num_train_timesteps

    def step(self, model_output, i, sample):
        sigma_next = self.sigmas[i + 1] if i + 1 < len(self.sigmas) else 0.0
        return sample + model_output * (sigma_next - self.sigmas[i])


class VideoPipeline:
    def __init__(self, dit, time_embedding, torch_dtype=torch.bfloat16, device="cuda"):
        self.dit = dit.to(device, torch_dtype)
        self.time_embedding = time_embedding.to(device, torch.bfloat16)
        self.scheduler = FlowMatchScheduler()
        self.device = device

    @torch.no_grad()
    def __call__(self, latents, context, num_inference_steps=50):
        self.scheduler.set_timesteps(num_inference_steps)
        for i, timestep in enumerate(self.scheduler.timesteps):
            timestep = timestep.unsqueeze(0).to(dtype=torch.bfloat16, device=self.device)  #!
            timestep = timestep.unsqueeze(0).to(dtype=torch.float32, device=self.device)  #+
            emb = self.time_embedding(timestep)
            noise_pred = self.dit(latents.to(torch.bfloat16), emb, context)
            latents = self.scheduler.step(noise_pred.float(), i, latents)
        return latents
