# origin: https://github.com/pytorch/ignite/issues/3748
# kinds: cancellation precision domain
import torch
from ignite.metrics import Metric


class PearsonCorrelation(Metric):
    def reset(self):
        self._sum_of_y_preds = torch.tensor(0.0, device=self._device)
        self._sum_of_ys = torch.tensor(0.0, device=self._device)
        self._sum_of_y_pred_squares = torch.tensor(0.0, device=self._device)
        self._sum_of_y_squares = torch.tensor(0.0, device=self._device)
        self._sum_of_products = torch.tensor(0.0, device=self._device)
        self._num_examples = 0
        self._preds, self._ys = [], []  #+

    def update(self, output):
        y_pred, y = output[0].detach(), output[1].detach()
        self._sum_of_y_preds += y_pred.sum()
        self._sum_of_ys += y.sum()
        self._sum_of_y_pred_squares += y_pred.square().sum()
        self._sum_of_y_squares += y.square().sum()
        self._sum_of_products += (y_pred * y).sum()
        self._num_examples += y.shape[0]
        self._preds.append(y_pred)  #+
        self._ys.append(y)  #+

    def compute(self):
        n = self._num_examples
        p = torch.cat(self._preds) - torch.cat(self._preds).mean()  #+
        y = torch.cat(self._ys) - torch.cat(self._ys).mean()  #+
        return ((p * y).sum() / (p.norm() * y.norm()).clamp(min=1e-8)).item()  #+
        cov = self._sum_of_products / n - self._sum_of_y_preds * self._sum_of_ys / (n * n)  #-
        y_pred_mean = self._sum_of_y_preds / n  #-
        y_pred_var = self._sum_of_y_pred_squares / n - y_pred_mean * y_pred_mean  #!
        y_mean = self._sum_of_ys / n  #-
        y_var = self._sum_of_y_squares / n - y_mean * y_mean  #!
        return (cov / torch.clamp(torch.sqrt(y_pred_var * y_var), min=1e-8)).item()  #-
