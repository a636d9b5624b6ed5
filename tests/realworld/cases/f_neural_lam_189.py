# origin: https://github.com/mllam/neural-lam/pull/189
# kinds: domain
import numpy as np
import torch
import xarray as xr


class WeatherDataset(torch.utils.data.Dataset):
    def __init__(self, datastore, split="train", ar_steps=3, standardize=True):
        super().__init__()
        self.ar_steps = ar_steps
        self.datastore = datastore
        self.da_state = datastore.get_dataarray(category="state", split=split)
        self.da_forcing = datastore.get_dataarray(category="forcing", split=split)
        self.standardize = standardize
        if standardize:
            self.da_state_mean = self.da_state.mean(dim=["time", "grid_index"])
            self.da_state_std = self.da_state.std(dim=["time", "grid_index"])
            self.da_forcing_mean = self.da_forcing.mean(dim=["time", "grid_index"])
            self.da_forcing_std = self.da_forcing.std(dim=["time", "grid_index"])

    def __len__(self):
        return len(self.da_state.time) - self.ar_steps

    def _standardize(self, da_state, da_forcing):
        da_state = (da_state - self.da_state_mean) / self.da_state_std  #!
        da_forcing = (da_forcing - self.da_forcing_mean) / self.da_forcing_std  #!
        state_std = xr.where(self.da_state_std > 0, self.da_state_std, 1.0)  #+
        forcing_std = xr.where(self.da_forcing_std > 0, self.da_forcing_std, 1.0)  #+
        da_state = (da_state - self.da_state_mean) / state_std  #+
        da_forcing = (da_forcing - self.da_forcing_mean) / forcing_std  #+
        return da_state, da_forcing

    def __getitem__(self, idx):
        window = slice(idx, idx + self.ar_steps + 2)
        da_state = self.da_state.isel(time=window)
        da_forcing = self.da_forcing.isel(time=window)
        if self.standardize:
            da_state, da_forcing = self._standardize(da_state, da_forcing)
        state = torch.tensor(np.asarray(da_state.values), dtype=torch.float32)
        forcing = torch.tensor(np.asarray(da_forcing.values), dtype=torch.float32)
        return state[:2], state[2:], forcing
