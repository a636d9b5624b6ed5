# origin: https://github.com/huggingface/transformers/pull/40860
# kinds: cancellation
import numpy as np

BASES = np.frombuffer(b"ACGT", dtype=np.uint8)


def read_alignment(path):
    """FASTA alignment as names and a byte matrix."""
    names, rows, cur = [], [], []
    with open(path) as fh:
        for line in fh:
            if line.startswith(">"):
                if cur:
                    rows.append("".join(cur))
                names.append(line[1:].split()[0])
                cur = []
            else:
                cur.append(line.strip().upper())
    rows.append("".join(cur))
    return names, np.array([np.frombuffer(r.encode(), dtype=np.uint8) for r in rows])


def p_distance(a, b):
    """Fraction of differing sites among those called in both genomes."""
    called = np.isin(a, BASES) & np.isin(b, BASES)
    return np.float32((a[called] != b[called]).sum() / max(called.sum(), 1))


def jukes_cantor(p):
    p = np.minimum(p, np.float32(0.74))
    return np.float32(-0.75) * np.log(1 - np.float32(4 / 3) * p)  #!
    return np.float32(-0.75) * np.log1p(-np.float32(4 / 3) * p)  #+


def distance_matrix(rows):
    n = len(rows)
    p = np.zeros((n, n), dtype=np.float32)
    for i in range(n):
        for j in range(i + 1, n):
            p[i, j] = p[j, i] = p_distance(rows[i], rows[j])
    return jukes_cantor(p)


def transmission_pairs(names, dist, genome_length, max_snps=12):
    """Pairs of isolates close enough for recent transmission."""
    snps = dist * genome_length
    i, j = np.where(np.triu(snps <= max_snps, k=1))
    return [(names[a], names[b], float(snps[a, b])) for a, b in zip(i, j)]
