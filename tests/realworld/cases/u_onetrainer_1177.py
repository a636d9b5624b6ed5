# origin: https://github.com/Nerogar/OneTrainer/issues/1177
# kinds: precision
import torch


def rope(ids: torch.Tensor, dim: int, theta: int = 10000):
    scale = torch.arange(0, dim, 2, dtype=torch.float64, device=ids.device) / dim
    omega = 1.0 / theta ** scale
    out = ids.double()[..., None] * omega
    return out.cos().float(), out.sin().float()


class FluxSampler:
    def __init__(self, model, train_dtype=torch.bfloat16):
        self.model = model
        self.train_dtype = train_dtype

    @staticmethod
    def prepare_text_ids(length, device):
        text_ids = torch.zeros(length, 4, device=device)
        text_ids[:, 3] = torch.arange(length, device=device)
        return text_ids

    @staticmethod
    def prepare_image_ids(height, width, device):
        image_ids = torch.zeros(height, width, 4, device=device)
        image_ids[..., 1] += torch.arange(height, device=device)[:, None]
        image_ids[..., 2] += torch.arange(width, device=device)[None, :]
        return image_ids.reshape(height * width, 4)

    @torch.no_grad()
    def predict(self, latents, prompt_embedding, timestep, height, width):
        text_ids = self.prepare_text_ids(prompt_embedding.shape[1], latents.device)
        image_ids = self.prepare_image_ids(height, width, latents.device)
        return self.model.transformer(
            hidden_states=latents.to(dtype=self.train_dtype),
            timestep=timestep,
            encoder_hidden_states=prompt_embedding.to(dtype=self.train_dtype),
            txt_ids=text_ids.to(dtype=self.train_dtype),  #!
            img_ids=image_ids.to(dtype=self.train_dtype),  #!
            txt_ids=text_ids,  #+
            img_ids=image_ids,  #+
        )
