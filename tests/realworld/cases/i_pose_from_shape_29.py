# origin: https://github.com/YoungXIAO13/PoseFromShape/issues/29
# kinds: domain
import numpy as np
import torch


def angles_to_matrix(angles):
    azi, ele, rol = angles[:, 0], angles[:, 1], angles[:, 2]
    ca, sa, ce, se, cr, sr = azi.cos(), azi.sin(), ele.cos(), ele.sin(), rol.cos(), rol.sin()
    rows = [
        cr * ca - sr * ce * sa, sr * ca + cr * ce * sa, se * sa,
        -cr * sa - sr * ce * ca, -sr * sa + cr * ce * ca, se * ca,
        sr * se, -cr * se, ce,
    ]
    return torch.stack(rows, dim=1).view(-1, 3, 3)


def rotation_err(preds, targets):
    """Geodesic error in degrees."""
    R = torch.matmul(angles_to_matrix(preds).transpose(1, 2), angles_to_matrix(targets))
    trace = R.diagonal(dim1=1, dim2=2).sum(-1)
    cosine = (trace - 1.0) / 2.0
    cosine = cosine.clamp(-1.0 + 1e-7, 1.0 - 1e-7)  #+
    return torch.acos(cosine) * 180.0 / np.pi  #*


def validate(model, loader):
    errors = []
    for image, target in loader:
        errors.append(rotation_err(model(image), target))
    errors = torch.cat(errors)
    return {"median": errors.median().item(), "acc30": (errors < 30).float().mean().item()}
