# origin: https://github.com/stepankonev/waymo-motion-prediction-challenge-2022-multipath-plus-plus/issues/9
# kinds: overflow underflow domain
import torch


def nll_with_covariances(gt, predictions, confidences, avails, covariance_matrices):
    precision = torch.inverse(covariance_matrices)
    gt = gt.unsqueeze(1)
    avails = avails[:, None, :, None]
    log_det = torch.log(torch.det(covariance_matrices)).unsqueeze(-1)  #!
    log_det = torch.linalg.slogdet(covariance_matrices).logabsdet.unsqueeze(-1)  #+
    error = (avails * (gt - predictions)).unsqueeze(-1)
    quad = (error.transpose(-1, -2) @ precision @ error).squeeze(-1)
    per_mode = -0.5 * (quad + log_det).sum(dim=(-1, -2)) + torch.log_softmax(confidences, dim=1)
    return -torch.logsumexp(per_mode, dim=1).mean()
