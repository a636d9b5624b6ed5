# origin: CTC/CRF/HMM recursions in linear space
# kinds: NS133
def forward(observations, states, start, trans, emit):
    T = len(observations)
    fwd = [[0.0] * states for _ in range(T)]
    for s in range(states):
        fwd[0][s] = start[s] * emit[s][observations[0]]
    for t in range(1, T):
        for s in range(states):
            fwd[t][s] = sum(fwd[t - 1][r] * trans[r][s] for r in range(states)) * emit[s][observations[t]]  #*
        total = sum(fwd[t])  #+
        fwd[t] = [f / total for f in fwd[t]]  #+
    return sum(fwd[T - 1])
