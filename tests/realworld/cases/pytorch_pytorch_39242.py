# origin: https://github.com/pytorch/pytorch/issues/39242
# kinds: cancellation domain
import torch


def log_survival(rate, time):
    """log of the probability that an event happens before `time`."""
    hazard = torch.nn.functional.softplus(rate) * time
    happened = torch.log(1 - torch.exp(-hazard))  #!
    happened = torch.log(-torch.expm1(-hazard.clamp(min=1e-20)))  #+
    return happened


class SurvivalLoss(torch.nn.Module):
    def forward(self, rate, time, observed):
        censored = -torch.nn.functional.softplus(rate) * time
        return -(observed * log_survival(rate, time) + (1 - observed) * censored).mean()
