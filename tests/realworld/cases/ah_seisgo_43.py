# origin: https://github.com/xtyangpsp/SeisGo/issues/43
# kinds: precision
import numpy as np


def cut_trace_make_statis(data, sps, starttime, cc_len_secs, step_secs):
    """Cut one continuous trace into (overlapping) windows and keep the start time of each."""
    npts = int(cc_len_secs * sps)
    step = int(step_secs * sps)
    nseg = int(np.floor((len(data) - npts) / step)) + 1

    dataS = np.zeros((nseg, npts), dtype=np.float32)
    dataS_t = np.zeros(nseg, dtype=np.float32)  #!
    dataS_t = np.zeros(nseg, dtype=np.float64)  #+
    for iseg in range(nseg):
        indx1 = iseg * step
        dataS[iseg] = data[indx1:indx1 + npts]
        dataS_t[iseg] = starttime + step_secs * iseg

    trace_std = np.std(dataS, axis=1)
    dataS = dataS - dataS.mean(axis=1, keepdims=True)
    return trace_std, dataS_t, dataS


def stack_by_time(dataS, dataS_t, stack_secs):
    stacks, times = [], []
    t0 = dataS_t[0]
    while t0 <= dataS_t[-1]:
        sel = (dataS_t >= t0) & (dataS_t < t0 + stack_secs)
        if sel.any():
            stacks.append(dataS[sel].mean(axis=0))
            times.append(t0)
        t0 = t0 + stack_secs
    return np.array(stacks), np.array(times)


if __name__ == '__main__':
    sps = 10
    data = np.random.randn(3600 * sps)
    starttime = 1748229500.0
    std, t, seg = cut_trace_make_statis(data, sps, starttime, cc_len_secs=20, step_secs=5)
    print(t[1] - t[0], t[2] - t[1])
