# origin: https://github.com/d8ahazard/sd_dreambooth_extension/pull/1415
# kinds: precision
import torch
import torch.nn.functional as F


class EMAModel:
    def __init__(self, parameters, decay=0.9999, weight_dtype=torch.float16, device=None):
        self.decay = decay
        self.optimization_step = 0
        params = list(parameters)
        self.shadow = [p.detach().clone().to(device, dtype=weight_dtype) for p in params]  #!
        self.shadow = [p.detach().clone().to(device, dtype=torch.float32) for p in params]  #+

    def get_decay(self):
        value = (1 + self.optimization_step) / (10 + self.optimization_step)
        return min(self.decay, value)

    @torch.no_grad()
    def step(self, parameters):
        self.optimization_step += 1
        decay = self.get_decay()
        for s_param, param in zip(self.shadow, parameters):
            if param.requires_grad:
                s_param.sub_((1 - decay) * (s_param - param.to(s_param.dtype)))  #*
            else:
                s_param.copy_(param)

    def copy_to(self, parameters):
        for s_param, param in zip(self.shadow, parameters):
            param.data.copy_(s_param.data)

    def state_dict(self):
        return {"decay": self.decay, "optimization_step": self.optimization_step, "shadow": self.shadow}


def train(unet, noise_scheduler, loader, optimizer, num_steps, device):
    ema = EMAModel(unet.parameters(), device=device)
    step = 0
    while step < num_steps:
        for latents, context in loader:
            noise = torch.randn_like(latents)
            t = torch.randint(0, 1000, (latents.shape[0],), device=device)
            pred = unet(noise_scheduler.add_noise(latents, noise, t), t, context)
            loss = F.mse_loss(pred.float(), noise.float())
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            ema.step(unet.parameters())
            step += 1
            if step >= num_steps:
                break
    ema.copy_to(unet.parameters())
    return unet
