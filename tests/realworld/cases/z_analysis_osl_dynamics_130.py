# origin: https://github.com/OHBA-analysis/osl-dynamics/pull/130
# kinds: domain
import numpy as np


def state_runs(binary, value=1):
    """Lengths of the consecutive runs of `value` in a 0/1 array."""
    padded = np.concatenate([[1 - value], binary, [1 - value]])
    change = np.diff((padded == value).astype(int))
    return np.flatnonzero(change == -1) - np.flatnonzero(change == 1)


def lifetimes(state_time_course, sampling_frequency=1.0):
    """List over states of the visit durations in seconds."""
    return [state_runs(column) / sampling_frequency for column in state_time_course.T]


def intervals(state_time_course, sampling_frequency=1.0):
    result = []
    for column in state_time_course.T:
        on = np.flatnonzero(column)
        inner = column[on[0] : on[-1] + 1] if on.size else column[:0]
        result.append(state_runs(inner, value=0) / sampling_frequency if inner.size else np.array([]))
    return result


def apply_to_lists(list_of_lists, func):
    return np.array([func(item) for item in list_of_lists])  #!
    return np.array([func(item) if len(item) > 0 else 0.0 for item in list_of_lists])  #+


def mean_lifetimes(state_time_course, sampling_frequency=1.0):
    return apply_to_lists(lifetimes(state_time_course, sampling_frequency), np.mean)  #*


def mean_intervals(state_time_course, sampling_frequency=1.0):
    return apply_to_lists(intervals(state_time_course, sampling_frequency), np.mean)  #*


def sliding_summary(alpha, window, step, sampling_frequency):
    """Mean lifetime of every state in sliding windows, averaged over the windows."""
    stc = np.eye(alpha.shape[1], dtype=int)[alpha.argmax(axis=1)]
    starts = range(0, len(stc) - window + 1, step)
    per_window = np.array([mean_lifetimes(stc[s : s + window], sampling_frequency) for s in starts])
    return per_window.mean(axis=0)
