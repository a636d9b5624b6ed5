# origin: https://github.com/d8ahazard/sd_dreambooth_extension/pull/1415
# kinds: precision
import torch
import torch.nn.functional as F


class EMAModel:
    def __init__(self, parameters, weight_dtype, decay=0.9999):
        self.decay = decay
        self.weight_dtype = weight_dtype
        self.optimization_step = 0
        self.shadow_params = [p.detach().clone().to(weight_dtype) for p in parameters]  #!
        self.shadow_params = [p.detach().clone().float() for p in parameters]  #+

    def get_decay(self):
        return min(self.decay, (1 + self.optimization_step) / (10 + self.optimization_step))

    @torch.no_grad()
    def step(self, parameters):
        self.optimization_step += 1
        one_minus_decay = 1 - self.get_decay()
        for shadow, param in zip(self.shadow_params, parameters):
            shadow.sub_(one_minus_decay * (shadow - param.to(shadow.dtype)))

    def state_dict(self):
        return {
            "decay": self.decay,
            "optimization_step": self.optimization_step,
            "shadow_params": [p.to(self.weight_dtype) for p in self.shadow_params],
        }


def train(unet, loader, noise_scheduler, optimizer, weight_dtype=torch.bfloat16, device="cuda"):
    ema = EMAModel(unet.parameters(), weight_dtype)
    for batch in loader:
        latents = batch["latents"].to(device)
        noise = torch.randn_like(latents)
        timesteps = torch.randint(0, 1000, (latents.shape[0],), device=device)
        noisy = noise_scheduler.add_noise(latents, noise, timesteps)
        with torch.autocast(device_type=device, dtype=torch.bfloat16):
            predicted = unet(noisy, timesteps)
        loss = F.mse_loss(predicted.float(), noise)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        ema.step(unet.parameters())
    return ema
