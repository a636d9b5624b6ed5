# origin: step not through the scaler
# kinds: NS601
import torch

amp = torch.amp.GradScaler("cuda")
for x in data:
    optimizer.zero_grad()
    amp.scale(model(x).mean()).backward()
    optimizer.step()  #!
    amp.step(optimizer)  #+
    amp.update()
