# origin: https://github.com/kornia/kornia/issues/1653
# kinds: domain
import torch


def safe_zero_division(numerator, denominator, eps=1.0e-6):
    return numerator / torch.clamp(denominator, min=eps)


def rotation_matrix_to_quaternion(rotation_matrix, eps=1.0e-6):
    r"""Convert 3x3 rotation matrix to 4d quaternion vector (w, x, y, z).

    Args:
        rotation_matrix: the rotation matrix to convert with shape :math:`(*, 3, 3)`.
    """
    m = rotation_matrix.reshape(*rotation_matrix.shape[:-2], 9)
    m00, m01, m02, m10, m11, m12, m20, m21, m22 = torch.chunk(m, chunks=9, dim=-1)
    trace = m00 + m11 + m22

    def trace_positive_cond():
        sq = torch.sqrt(trace + 1.0) * 2.0  #!
        sq = torch.sqrt((trace + 1.0).clamp(min=eps)) * 2.0  #+
        qw = 0.25 * sq
        qx = safe_zero_division(m21 - m12, sq)
        qy = safe_zero_division(m02 - m20, sq)
        qz = safe_zero_division(m10 - m01, sq)
        return torch.cat((qw, qx, qy, qz), dim=-1)

    def cond_1():
        sq = torch.sqrt(1.0 + m00 - m11 - m22) * 2.0  #!
        sq = torch.sqrt((1.0 + m00 - m11 - m22).clamp(min=eps)) * 2.0  #+
        qw = safe_zero_division(m21 - m12, sq)
        qx = 0.25 * sq
        qy = safe_zero_division(m01 + m10, sq)
        qz = safe_zero_division(m02 + m20, sq)
        return torch.cat((qw, qx, qy, qz), dim=-1)

    def cond_2():
        sq = torch.sqrt(1.0 + m11 - m00 - m22) * 2.0  #!
        sq = torch.sqrt((1.0 + m11 - m00 - m22).clamp(min=eps)) * 2.0  #+
        qw = safe_zero_division(m02 - m20, sq)
        qx = safe_zero_division(m01 + m10, sq)
        qy = 0.25 * sq
        qz = safe_zero_division(m12 + m21, sq)
        return torch.cat((qw, qx, qy, qz), dim=-1)

    def cond_3():
        sq = torch.sqrt(1.0 + m22 - m00 - m11) * 2.0  #!
        sq = torch.sqrt((1.0 + m22 - m00 - m11).clamp(min=eps)) * 2.0  #+
        qw = safe_zero_division(m10 - m01, sq)
        qx = safe_zero_division(m02 + m20, sq)
        qy = safe_zero_division(m12 + m21, sq)
        qz = 0.25 * sq
        return torch.cat((qw, qx, qy, qz), dim=-1)

    where_2 = torch.where(m11 > m22, cond_2(), cond_3())
    where_1 = torch.where((m00 > m11) & (m00 > m22), cond_1(), where_2)
    quaternion = torch.where(trace > 0.0, trace_positive_cond(), where_1)
    return quaternion


def main():
    R = torch.tensor([[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0]], requires_grad=True)
    q = rotation_matrix_to_quaternion(R)
    print(torch.autograd.grad(q.sum(), R))


if __name__ == '__main__':
    main()
