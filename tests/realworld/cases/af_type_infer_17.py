# origin: https://github.com/mindsdb/type_infer/pull/17
# kinds: domain
from collections import Counter, defaultdict
from typing import Iterable

import numpy as np


def entropy(probabilities):
    probabilities = np.asarray(probabilities, dtype=float)
    probabilities = probabilities / probabilities.sum()
    return -np.sum(probabilities * np.log(probabilities))


def char_counts(values):
    frequency = defaultdict(int)
    for char, count in Counter(values).items():
        frequency[char] += count
    return np.array(list(frequency.values()))


def get_identifier_description(data: Iterable, column_name: str, data_dtype: str):
    data = list(data)
    nr_unique = len(set(data))

    if nr_unique == 1:
        return 'No Information'

    unique_pct = nr_unique / len(data)

    # Detect hash
    all_same_length = all(len(str(data[0])) == len(str(x)) for x in data)
    uuid_charset = set('0123456789abcdefABCDEF-')
    all_uuid_charset = all(set(str(x)).issubset(uuid_charset) for x in data)
    is_uuid = all_uuid_charset and all_same_length

    if all_same_length and len(data) == nr_unique and data_dtype not in ('integer', 'float'):
        str_data = [str(x) for x in data]
        randomness_per_index = []
        for i, _ in enumerate(str_data[0]):
            counts = char_counts(s[i] for s in str_data)
            N = len(counts)
            S = entropy(counts)
            randomness_per_index.append(S / np.log(N))  #!
            if N > 1:  #+
                randomness_per_index.append(S / np.log(N))  #+
            else:  #+
                randomness_per_index.append(0.0)  #+
        if np.mean(randomness_per_index) > 0.95:
            return 'Hash-like identifier'

    # Detect UUID
    if is_uuid and unique_pct == 1.0:
        return 'UUID'

    if unique_pct > 0.98 and 'id' in column_name.lower():
        return 'Unknown identifier'
    return None


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    keys = ['k' + ''.join(rng.choice(list('ghijklmnopqr'), size=20)) for _ in range(2000)]
    print(get_identifier_description(keys, 'key', 'short_text'))
