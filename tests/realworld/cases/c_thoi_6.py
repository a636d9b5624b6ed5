# origin: https://github.com/Laouen/THOI/issues/6
# kinds: overflow underflow domain
import numpy as np
import torch

TWOPIE = torch.tensor(2 * np.pi * np.e)


def gaussian_entropy_estimation(cov_det, n_variables):
    return 0.5 * torch.log(torch.pow(TWOPIE, n_variables) * cov_det)  #!
    return 0.5 * (n_variables * torch.log(TWOPIE) + cov_det)  #+


def get_tc_dtc_from_batched_covmat(covmat, allmin1):
    batch_size, n_variables = covmat.shape[:2]
    all_min_1_ids = allmin1(n_variables)
    batched_det = torch.linalg.det(covmat)  #-
    batched_det = torch.linalg.slogdet(covmat).logabsdet  #+
    sub = covmat[:, all_min_1_ids][:, :, :, 0]
    sub_det = torch.linalg.det(sub)  #-
    sub_det = torch.linalg.slogdet(sub).logabsdet  #+
    sys_ent = gaussian_entropy_estimation(batched_det, n_variables)  #*
    ent_min_1 = gaussian_entropy_estimation(sub_det, n_variables - 1)  #*
    return ent_min_1 - sys_ent
