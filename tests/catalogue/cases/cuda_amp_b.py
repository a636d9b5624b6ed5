# origin: deprecated torch.cuda.amp
# kinds: NS611
from torch.cuda.amp import GradScaler, autocast  #-
from torch.amp import GradScaler, autocast  #+


class Engine:
    def __init__(self, enabled):
        self.scaler = GradScaler(enabled=enabled)  #!
        self.scaler = GradScaler("cuda", enabled=enabled)  #+

    def forward(self, model, x):
        with autocast(enabled=True):  #!
        with autocast("cuda", enabled=True):  #+
            return model(x)
