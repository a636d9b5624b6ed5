# origin: https://github.com/vllm-project/vllm-omni/pull/7224
# kinds: precision domain
import torch


class HeliosScheduler:
    def __init__(self, gamma=1 / 3, stages=3):
        self.gamma = gamma
        self.stages = stages


class HeliosPipeline:
    """Pyramid stage transition of the Helios video pipeline."""

    def __init__(self, scheduler):
        self.scheduler = scheduler

    def sample_block_noise(self, batch_size, channel, num_frames, height, width, patch_size=(1, 2, 2),
                           device=None, generator=None):
        gamma = self.scheduler.gamma
        _, ph, pw = patch_size
        block_size = ph * pw

        eye = torch.eye(block_size, device=device, dtype=torch.float32)
        ones = torch.ones(block_size, block_size, device=device, dtype=torch.float32)
        cov = eye * (1 + gamma) - ones * gamma
        cov += eye * 1e-8  #!
        cov += eye * (1e-6 * (1.0 + abs(gamma)))  #+
        L = torch.linalg.cholesky(cov)

        block_number = batch_size * channel * num_frames * (height // ph) * (width // pw)
        z = torch.randn(block_number, block_size, device=device, generator=generator)
        noise = z @ L.T
        noise = noise.view(batch_size, channel, num_frames, height // ph, width // pw, ph, pw)
        noise = noise.permute(0, 1, 2, 3, 5, 4, 6).reshape(batch_size, channel, num_frames, height, width)
        return noise

    def upsample_stage(self, latents, sigma, generator=None):
        b, c, f, h, w = latents.shape
        latents = latents.permute(0, 2, 1, 3, 4).reshape(b * f, c, h, w)
        latents = torch.nn.functional.interpolate(latents, size=(h * 2, w * 2), mode="nearest")
        latents = latents.reshape(b, f, c, h * 2, w * 2).permute(0, 2, 1, 3, 4)
        gamma = self.scheduler.gamma
        alpha = 1 / (torch.sqrt(torch.tensor(1 + (1 / gamma))) * (1 - sigma) + sigma)
        beta = alpha * (1 - sigma) / torch.sqrt(torch.tensor(gamma))
        noise = self.sample_block_noise(b, c, f, h * 2, w * 2, device=latents.device, generator=generator)
        return alpha * latents + beta * noise.to(latents.dtype)


if __name__ == "__main__":
    pipe = HeliosPipeline(HeliosScheduler())
    latents = torch.randn(1, 16, 9, 24, 40)
    print(pipe.upsample_stage(latents, sigma=0.66).shape)
