# origin: https://github.com/huggingface/diffusers/issues/7188
# kinds: overflow
import argparse
import os

import torch
from diffusers import AutoencoderKL
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms


class ImageFolder(Dataset):
    def __init__(self, root, resolution):
        self.paths = sorted(
            os.path.join(root, f) for f in os.listdir(root) if f.endswith((".png", ".jpg"))
        )
        self.tf = transforms.Compose([
            transforms.Resize(resolution),
            transforms.CenterCrop(resolution),
            transforms.ToTensor(),
            transforms.Normalize([0.5], [0.5]),
        ])

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        return self.tf(Image.open(self.paths[i]).convert("RGB")), self.paths[i]


def parse_args():
    parser = argparse.ArgumentParser(description="Cache SDXL latents.")
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--model", default="stabilityai/stable-diffusion-xl-base-1.0")
    parser.add_argument("--resolution", type=int, default=1024)
    parser.add_argument("--batch_size", type=int, default=4)
    return parser.parse_args()


@torch.no_grad()
def main():
    args = parse_args()
    device = torch.device("cuda")
    weight_dtype = torch.float16
    vae = AutoencoderKL.from_pretrained(args.model, subfolder="vae")
    vae.to(device, dtype=weight_dtype)  #!
    vae.to(device, dtype=torch.float32)  #+
    vae.requires_grad_(False)
    vae.eval()

    loader = DataLoader(ImageFolder(args.data, args.resolution), args.batch_size, num_workers=4)
    os.makedirs(args.out, exist_ok=True)
    for pixel_values, paths in loader:
        pixel_values = pixel_values.to(device, dtype=weight_dtype)  #-
        pixel_values = pixel_values.to(device, dtype=torch.float32)  #+
        latents = vae.encode(pixel_values).latent_dist.sample()  #*
        latents = (latents * vae.config.scaling_factor).to(weight_dtype).cpu()
        for latent, path in zip(latents, paths):
            name = os.path.splitext(os.path.basename(path))[0]
            torch.save(latent.clone(), os.path.join(args.out, name + ".pt"))


if __name__ == "__main__":
    main()
