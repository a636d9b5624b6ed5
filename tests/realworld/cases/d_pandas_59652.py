# origin: https://github.com/pytorch/ignite/issues/3748
# kinds: cancellation precision
import torch


class R2Score:
    def __init__(self):
        self._num_examples = 0
        self._sum_of_errors = torch.tensor(0.0)
        self._y_sq_sum = torch.tensor(0.0)
        self._y_sum = torch.tensor(0.0)
        self._ys = []  #+

    def update(self, y_pred, y):
        self._num_examples += y.shape[0]
        self._sum_of_errors += torch.sum((y_pred - y) ** 2)
        self._y_sq_sum += torch.sum(y**2)
        self._y_sum += torch.sum(y)
        self._ys.append(y)  #+

    def compute(self):
        y = torch.cat(self._ys)  #+
        total = torch.sum((y - y.mean()) ** 2)  #+
        return 1 - self._sum_of_errors / total.clamp(min=1e-12)  #+
        total = self._y_sq_sum - self._y_sum**2 / self._num_examples  #!
        return 1 - self._sum_of_errors / total  #-
