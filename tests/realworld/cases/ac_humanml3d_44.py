# origin: https://github.com/EricGuo5513/HumanML3D/issues/44
# kinds: domain domain
import torch

_FLOAT_EPS = 1e-8  #+


def qinv(q):
    assert q.shape[-1] == 4, 'q must be a tensor of shape (*, 4)'
    mask = torch.ones_like(q)
    mask[..., 1:] = -mask[..., 1:]
    return q * mask


def qnormalize(q):
    assert q.shape[-1] == 4, 'q must be a tensor of shape (*, 4)'
    return q / torch.norm(q, dim=-1, keepdim=True)  #!
    return q / (torch.norm(q, dim=-1, keepdim=True) + _FLOAT_EPS)  #+


def qrot(q, v):
    qvec = q[..., 1:]
    uv = torch.cross(qvec, v, dim=-1)
    uuv = torch.cross(qvec, uv, dim=-1)
    return v + 2 * (q[..., :1] * uv + uuv)


def qbetween(v0, v1):
    """find the quaternion used to rotate v0 to v1"""
    assert v0.shape[-1] == 3, 'v0 must be of the shape (*, 3)'
    assert v1.shape[-1] == 3, 'v1 must be of the shape (*, 3)'

    v = torch.cross(v0, v1, dim=-1)
    w = ((v0 ** 2).sum(dim=-1, keepdim=True) * (v1 ** 2).sum(dim=-1, keepdim=True)).sqrt() \
        + (v0 * v1).sum(dim=-1, keepdim=True)
    return qnormalize(torch.cat([w, v], dim=-1))


def uniform_skeleton_rotation(positions, face_joint_indx=(2, 1, 17, 16)):
    """All initially face Z+, positions of shape (T, J, 3)."""
    with torch.no_grad():
        root_pos_init = positions[0]
        r_hip, l_hip, sdr_r, sdr_l = face_joint_indx
        across = (root_pos_init[r_hip] - root_pos_init[l_hip]) + (root_pos_init[sdr_r] - root_pos_init[sdr_l])
        forward_init = torch.cross(torch.tensor([0., 1., 0.]), across, dim=-1)
        forward_init = forward_init / (forward_init.norm() + 1e-8)

        target = torch.tensor([0., 0., 1.])
        root_quat_init = qbetween(forward_init, target)
        root_quat_init = torch.ones(positions.shape[:-1] + (4,)) * root_quat_init
        return qrot(root_quat_init, positions)


if __name__ == '__main__':
    motion = torch.randn(60, 22, 3)
    print(uniform_skeleton_rotation(motion).shape)
