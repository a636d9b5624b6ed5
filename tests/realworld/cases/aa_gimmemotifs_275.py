# origin: https://github.com/vanheeringen-lab/gimmemotifs/issues/275
# kinds: domain
import numpy as np

NUCLEOTIDES = "ACGT"


class Motif(object):
    """Position frequency matrix of a transcription factor motif."""

    def __init__(self, pfm, id="unnamed_motif", pseudocount=0.001):
        self.id = id
        self.pseudocount = pseudocount
        self.pfm = np.array(pfm, dtype=float)

    @property
    def ppm(self):
        """Position probability matrix with pseudocounts."""
        return (self.pfm + self.pseudocount) / (1 + 4 * self.pseudocount)

    @property
    def information_content(self):
        """Total information content of the motif in bits."""
        ic = self.pfm * np.log2(self.pfm)  #!
        ic = self.pfm * np.log2(np.where(self.pfm > 0, self.pfm, 1.0))  #+
        return (2 + ic.sum(axis=1)).sum()

    def consensus(self):
        return "".join(NUCLEOTIDES[i] for i in self.pfm.argmax(axis=1))

    def logodds(self, background=0.25):
        return np.log2(self.ppm / background)

    def score(self, sequence):
        idx = [NUCLEOTIDES.index(n) for n in sequence.upper()]
        m = len(self.pfm)
        weights = self.logodds()
        return np.array([weights[np.arange(m), idx[i:i + m]].sum() for i in range(len(idx) - m + 1)])


def read_motifs(fname):
    motifs, name, rows = [], None, []
    with open(fname) as f:
        for line in f:
            if line.startswith(">"):
                if rows:
                    motifs.append(Motif(rows, id=name))
                name, rows = line[1:].strip(), []
            elif line.strip():
                rows.append([float(x) for x in line.split()])
    if rows:
        motifs.append(Motif(rows, id=name))
    return motifs


def filter_motifs(motifs, min_ic=6.0):
    ranked = sorted(motifs, key=lambda m: m.information_content, reverse=True)
    return [m for m in ranked if m.information_content >= min_ic]
