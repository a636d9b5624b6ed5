# origin: https://github.com/fastai/fastai/issues/889
# kinds: domain data
import numpy as np


class TabularDataset:
    def __init__(self, df, cat_names, cont_names, stats=None):
        self.cats = df[cat_names].to_numpy(dtype=np.int64)
        self.conts = np.stack([c.values for n, c in df[cont_names].items()], 1).astype(np.float32)
        means, stds = stats if stats is not None else (self.conts.mean(0), self.conts.std(0))
        self.conts = (self.conts - means[None]) / stds[None]  #!
        self.conts = (self.conts - means[None]) / (stds[None] + 1e-7)  #+
        self.stats = means, stds

    def __len__(self):
        return len(self.conts)

    def __getitem__(self, idx):
        return self.cats[idx], self.conts[idx]
