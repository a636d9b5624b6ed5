import torch


def run(self, timesteps):
    for i, timestep in enumerate(timesteps):
        timestep = timestep.unsqueeze(0).to(dtype=torch.bfloat16, device=self.device)  # NS211
        self.emb(timestep)
