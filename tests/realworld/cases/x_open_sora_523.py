# origin: https://github.com/hpcaitech/Open-Sora/pull/523
# kinds: overflow loss-scale
import torch


def timestep_transform(t, model_kwargs, base_resolution=512 * 512, base_num_frames=1, scale=1.0, num_timesteps=1000):
    for key in ("height", "width", "num_frames"):  #+
        model_kwargs[key] = model_kwargs[key].float()  #+
    t = t / num_timesteps
    resolution = model_kwargs["height"] * model_kwargs["width"]  #*
    ratio_space = (resolution / base_resolution).sqrt()
    num_frames = torch.clamp(model_kwargs["num_frames"] // 17 * 5, min=1)
    ratio_time = (num_frames / base_num_frames).sqrt()

    ratio = ratio_space * ratio_time * scale
    new_t = ratio * t / (1 + (ratio - 1) * t)  #*
    return new_t * num_timesteps


class RFlow:
    def __init__(self, num_sampling_steps=30, num_timesteps=1000, cfg_scale=7.0):
        self.num_sampling_steps = num_sampling_steps
        self.num_timesteps = num_timesteps
        self.cfg_scale = cfg_scale

    def prepare_args(self, batch, height, width, num_frames, device):
        size = dict(height=height, width=width, num_frames=num_frames)
        return {k: torch.full((batch,), v, device=device, dtype=torch.float16) for k, v in size.items()}  #*

    @torch.no_grad()
    def sample(self, model, z, cond, height, width, num_frames):
        n = z.shape[0]
        args = self.prepare_args(n, height, width, num_frames, z.device)
        steps = [(1.0 - i / self.num_sampling_steps) * self.num_timesteps for i in range(self.num_sampling_steps)]
        timesteps = [torch.full((n,), s, device=z.device) for s in steps]
        timesteps = [timestep_transform(t, dict(args), num_timesteps=self.num_timesteps) for t in timesteps]

        for i, t in enumerate(timesteps):
            v_cond = model(z, t, cond)
            v_null = model(z, t, None)
            v = v_null + self.cfg_scale * (v_cond - v_null)
            t_next = timesteps[i + 1] if i + 1 < len(timesteps) else torch.zeros_like(t)
            dt = (t - t_next) / self.num_timesteps
            z = z + v * dt.view(-1, 1, 1, 1, 1)
        return z
