# origin: https://github.com/allenai/allennlp/pull/3101
# kinds: domain
import math

import numpy as np
import torch


class Covariance:
    """Streaming sample covariance of two tensors."""

    def __init__(self):
        self._total_prediction_mean = 0.0
        self._total_label_mean = 0.0
        self._total_co_moment = 0.0
        self._total_count = 0.0

    def __call__(self, predictions: torch.Tensor, gold_labels: torch.Tensor):
        predictions = predictions.detach().cpu().view(-1)
        gold_labels = gold_labels.detach().cpu().view(-1)
        num_batch_items = predictions.numel()
        if num_batch_items == 0:
            return

        previous_count = self._total_count
        updated_count = previous_count + num_batch_items

        batch_mean_prediction = predictions.mean()
        delta_mean_prediction = (batch_mean_prediction - self._total_prediction_mean) * num_batch_items / updated_count
        previous_total_prediction_mean = self._total_prediction_mean
        self._total_prediction_mean += delta_mean_prediction.item()

        batch_mean_label = gold_labels.mean()
        delta_mean_label = (batch_mean_label - self._total_label_mean) * num_batch_items / updated_count
        previous_total_label_mean = self._total_label_mean
        self._total_label_mean += delta_mean_label.item()

        batch_co_moment = ((predictions - batch_mean_prediction) * (gold_labels - batch_mean_label)).sum()
        delta_co_moment = batch_co_moment + (
            (previous_total_prediction_mean - batch_mean_prediction)
            * (previous_total_label_mean - batch_mean_label)
            * (previous_count * num_batch_items / updated_count)
        )
        self._total_co_moment += delta_co_moment.item()
        self._total_count = updated_count

    def get_metric(self):
        return self._total_co_moment / max(self._total_count - 1, 1)


class PearsonCorrelation:
    def __init__(self):
        self._predictions_labels_covariance = Covariance()
        self._predictions_variance = Covariance()
        self._labels_variance = Covariance()

    def __call__(self, predictions, gold_labels):
        self._predictions_labels_covariance(predictions, gold_labels)
        self._predictions_variance(predictions, predictions)
        self._labels_variance(gold_labels, gold_labels)

    def get_metric(self):
        covariance = self._predictions_labels_covariance.get_metric()
        predictions_variance = self._predictions_variance.get_metric()
        labels_variance = self._labels_variance.get_metric()
        pearson_r = covariance / (math.sqrt(predictions_variance) * math.sqrt(labels_variance))  #!
        denominator = math.sqrt(max(predictions_variance, 0.0)) * math.sqrt(max(labels_variance, 0.0))  #+
        if np.around(denominator, decimals=5) == 0:  #+
            pearson_r = 0.0  #+
        else:  #+
            pearson_r = covariance / denominator  #+
        return pearson_r
