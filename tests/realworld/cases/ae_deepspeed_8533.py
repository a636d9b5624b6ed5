# origin: https://github.com/deepspeedai/DeepSpeed/pull/8533
# kinds: overflow loss-scale precision
import torch


def zeropower_via_gram_newtonschulz(G, steps: int, compute_dtype=torch.float16):
    """
    Gram Newton-Schulz iteration for orthogonalization.

    Iterates on the small square Gram matrix R = X @ X.T (n x n) instead of the full
    rectangular X (n x m).
    """
    assert G.ndim >= 2
    a, b, c = (3.4445, -4.7750, 2.0315)
    # Use fp16 for better precision than bf16 when hardware supports it
    X = G.to(compute_dtype)  #!
    X = G.float()  #+
    if G.size(-2) > G.size(-1):
        X = X.mT

    n, m = X.size(-2), X.size(-1)

    # Ensure spectral norm is at most 1
    X = X / (X.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    X = X.to(compute_dtype)  #+

    # For square matrices, no FLOP advantage; use standard iteration
    if m <= n:
        for _ in range(steps):
            A = X @ X.mT
            B = b * A + c * A @ A
            X = a * X + B @ X
        if G.size(-2) > G.size(-1):
            X = X.mT
        return X

    R = X @ X.mT
    Q = None
    restart_at = 2
    eye = torch.eye(n, dtype=X.dtype, device=X.device)
    for i in range(steps):
        if i == restart_at and i != 0:
            X = Q @ X
            R = X @ X.mT
            Q = None
        Z = b * R + c * R @ R
        Q = Z + a * eye if Q is None else Q @ Z + a * Q
        RZ = R @ Z + a * R
        R = Z @ RZ + a * RZ
    X = Q @ X

    if G.size(-2) > G.size(-1):
        X = X.mT
    return X


def muon_update(grad, momentum, beta=0.95, ns_steps=5, nesterov=True):
    momentum.lerp_(grad, 1 - beta)
    update = grad.lerp(momentum, beta) if nesterov else momentum
    if update.ndim == 4:
        update = update.view(len(update), -1)
    update = zeropower_via_gram_newtonschulz(update, steps=ns_steps)
    update = update * max(1, grad.size(-2) / grad.size(-1)) ** 0.5
    return update.to(grad.dtype)
