# origin: https://github.com/pytorch/vision/issues/1120
# kinds: data domain
import csv

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


def load_assay(path):
    """Rows of (smiles, target, ic50 in nM) as exported by the screening database."""
    smiles, targets, ic50 = [], [], []
    with open(path, newline="") as handle:
        for row in csv.DictReader(handle):
            smiles.append(row["smiles"])
            targets.append(row["target"])
            ic50.append(float(row["ic50_nM"] or -1))
    return smiles, targets, np.asarray(ic50, dtype=np.float64)


def hash_ngrams(text, n_bits=1024, n=3):
    bits = np.zeros(n_bits, dtype=np.float32)
    for i in range(len(text) - n + 1):
        bits[sum(ord(c) * 131 ** k for k, c in enumerate(text[i:i + n])) % n_bits] = 1.0
    return bits


class PotencyDataset(Dataset):
    """Regression target is pIC50 = -log10(IC50 in mol/l)."""

    def __init__(self, smiles, targets, ic50, n_bits=1024):
        ic50 = np.asarray(ic50, dtype=np.float64)
        measured = np.isfinite(ic50) & (ic50 > 0)  #+
        smiles = [s for s, ok in zip(smiles, measured) if ok]  #+
        targets = [t for t, ok in zip(targets, measured) if ok]  #+
        ic50 = ic50[measured]  #+
        vocab = {t: i for i, t in enumerate(sorted(set(targets)))}
        self.fingerprints = np.stack([hash_ngrams(s, n_bits) for s in smiles])
        self.target = np.array([vocab[t] for t in targets])
        self.potency = 9.0 - np.log10(ic50)  #*

    def __len__(self):
        return len(self.potency)

    def __getitem__(self, i):
        return (
            torch.from_numpy(self.fingerprints[i]),
            int(self.target[i]),
            torch.tensor(self.potency[i], dtype=torch.float32),
        )


def make_loader(path, batch_size=64):
    return DataLoader(PotencyDataset(*load_assay(path)), batch_size=batch_size, shuffle=True)
