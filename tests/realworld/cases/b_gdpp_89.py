# origin: https://github.com/facebookresearch/pytorch_GAN_zoo/issues/89
# kinds: domain
import torch


def gdpp_loss(phi_fake, phi_real):
    def similarity(phi):
        s_b = torch.mm(phi, phi.t())
        eig_vals, eig_vecs = torch.linalg.eigh(s_b)
        return eig_vals.real, eig_vecs.real

    def normalize_min_max(eig_vals):
        min_v, max_v = torch.min(eig_vals), torch.max(eig_vals)
        if min_v == max_v:  #+
            return eig_vals  #+
        return (eig_vals - min_v) / (max_v - min_v)  #*

    fake, _ = similarity(phi_fake)
    real, _ = similarity(phi_real)
    return torch.nn.functional.mse_loss(normalize_min_max(fake), normalize_min_max(real))
