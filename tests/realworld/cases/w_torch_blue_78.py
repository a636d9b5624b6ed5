# origin: https://github.com/RAI-SCC/torch_blue/pull/78
# kinds: underflow domain
import torch
from torch import Tensor, nn
from torch.nn import functional as F


class CategoricalPredictiveDistribution:
    def predictive_parameters_from_samples(self, samples: Tensor) -> Tensor:
        return F.softmax(samples, -1).mean(dim=0)

    @staticmethod
    def log_prob_from_parameters(
        reference: Tensor, parameters: Tensor, eps: float = 1e-5
    ) -> Tensor:
        log_pmf = torch.log(parameters)  #!
        log_pmf = torch.log(parameters + eps)  #+
        value = reference.long().unsqueeze(-1)
        return log_pmf.gather(-1, value).squeeze(-1)

    def log_prob_from_samples(self, reference: Tensor, samples: Tensor) -> Tensor:
        parameters = self.predictive_parameters_from_samples(samples)
        return self.log_prob_from_parameters(reference, parameters)


class KullbackLeiblerLoss(nn.Module):
    def __init__(self, predictive_distribution, dataset_size: int):
        super().__init__()
        self.predictive_distribution = predictive_distribution
        self.dataset_size = dataset_size

    def forward(self, samples: Tensor, prior_log_prob, var_log_prob, target: Tensor) -> Tensor:
        prior_matching = (var_log_prob - prior_log_prob).mean()
        data_fitting = self.predictive_distribution.log_prob_from_samples(target, samples)
        return -self.dataset_size * data_fitting.mean() + prior_matching
