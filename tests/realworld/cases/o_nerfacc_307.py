# origin: https://github.com/nerfstudio-project/nerfacc/issues/307
# kinds: loss-scale explosion method loss-scale vanishing
import argparse

import torch
import torch.nn.functional as F

from radiance_fields.ngp import NGPRadianceField
from datasets.nerf_synthetic import SubjectLoader
from utils import render_image_with_occgrid

parser = argparse.ArgumentParser()
parser.add_argument("--data_root", type=str, required=True)
parser.add_argument("--scene", type=str, default="lego")
parser.add_argument("--max_steps", type=int, default=20000)
args = parser.parse_args()

device = "cuda:0"
weight_decay = 1e-6
aabb = torch.tensor([-1.5, -1.5, -1.5, 1.5, 1.5, 1.5], device=device)

train_dataset = SubjectLoader(args.scene, args.data_root, split="train", num_rays=1024, device=device)
radiance_field = NGPRadianceField(aabb=aabb).to(device)
grad_scaler = torch.amp.GradScaler("cuda", init_scale=2.0**10)
optimizer = torch.optim.Adam(
    radiance_field.parameters(), lr=1e-2, eps=1e-15, weight_decay=weight_decay
)
scheduler = torch.optim.lr_scheduler.MultiStepLR(
    optimizer, milestones=[args.max_steps // 2, args.max_steps * 3 // 4], gamma=0.33
)

radiance_field.train()
for step in range(args.max_steps + 1):
    data = train_dataset[torch.randint(0, len(train_dataset), (1,)).item()]
    with torch.autocast("cuda", dtype=torch.float16):
        rgb, acc, depth = render_image_with_occgrid(
            radiance_field, data["rays"], render_bkgd=data["color_bkgd"]
        )
    loss = F.smooth_l1_loss(rgb.float(), data["pixels"])

    optimizer.zero_grad()
    grad_scaler.scale(loss).backward()
    optimizer.step()  #!
    grad_scaler.step(optimizer)  #+
    grad_scaler.update()  #+
    scheduler.step()

    if step % 5000 == 0:
        print(f"step={step} | loss={loss.item():.5f} | max_depth={depth.max().item():.3f}")
