# origin: https://github.com/openai/CLIP/issues/46
# kinds: overflow explosion
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class CLIP(nn.Module):
    def __init__(self, vision_width=768, text_width=512, vocab_size=49408, embed_dim=512):
        super().__init__()
        self.visual = nn.Sequential(
            nn.Conv2d(3, vision_width, kernel_size=32, stride=32),
            nn.Flatten(2),
        )
        self.visual_proj = nn.Linear(vision_width, embed_dim, bias=False)
        self.token_embedding = nn.Embedding(vocab_size, text_width)
        self.ln_final = nn.LayerNorm(text_width)
        self.text_projection = nn.Parameter(torch.empty(text_width, embed_dim))
        nn.init.normal_(self.text_projection, std=text_width ** -0.5)
        self.logit_scale = nn.Parameter(torch.ones([]) * np.log(1 / 0.07))

    def encode_image(self, image):
        return self.visual_proj(self.visual(image).mean(dim=-1))

    def encode_text(self, text):
        x = self.ln_final(self.token_embedding(text).mean(dim=1))
        return x @ self.text_projection

    def forward(self, image, text):
        image_features = self.encode_image(image)
        text_features = self.encode_text(text)

        # normalized features
        image_features = image_features / image_features.norm(dim=-1, keepdim=True)
        text_features = text_features / text_features.norm(dim=-1, keepdim=True)

        # cosine similarity as logits
        logit_scale = self.logit_scale.exp()  #!
        logit_scale = self.logit_scale.clamp(max=np.log(100.0)).exp()  #+
        logits_per_image = logit_scale * image_features @ text_features.t()
        logits_per_text = logits_per_image.t()
        return logits_per_image, logits_per_text


def train(model, loader, epochs=32, lr=5e-4):
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.98), eps=1e-6, weight_decay=0.2)
    for epoch in range(epochs):
        for image, text in loader:
            logits_per_image, logits_per_text = model(image, text)
            labels = torch.arange(len(image), device=image.device)
            loss = (F.cross_entropy(logits_per_image, labels) + F.cross_entropy(logits_per_text, labels)) / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():  #+
                model.logit_scale.clamp_(0, np.log(100.0))  #+
        print(epoch, loss.item(), model.logit_scale.item())
