# origin: https://github.com/emadeldeen24/TS-TCC/issues/25
# kinds: domain underflow
"""Policy evaluation for a self-play board game agent."""
import numpy as np


def legal_moves(board):
    return (board == 0).reshape(-1).astype(np.float32)


class LinearPolicy:
    def __init__(self, n_cells, seed=0):
        rng = np.random.default_rng(seed)
        self.weights = rng.normal(scale=0.1, size=(n_cells, n_cells)).astype(np.float32)
        self.bias = np.zeros(n_cells, dtype=np.float32)

    def logits(self, board):
        return board.reshape(-1).astype(np.float32) @ self.weights + self.bias


def masked_log_policy(logits, legal):
    """Log-probabilities of the legal moves; others are reported as 0."""
    shifted = logits - logits.max(axis=-1, keepdims=True)  #-
    weights = np.exp(shifted) * legal  #-
    log_z = np.log(weights.sum(axis=-1, keepdims=True))  #!
    peak = np.where(legal > 0, logits, -np.inf).max(axis=-1, keepdims=True)  #+
    shifted = np.where(legal > 0, logits - peak, 0.0)  #+
    log_z = np.log((np.exp(shifted) * legal).sum(axis=-1, keepdims=True))  #+
    return (shifted - log_z) * legal


def cross_entropy(logits, visit_counts, legal):
    target = visit_counts / visit_counts.sum(axis=-1, keepdims=True)
    return -(target * masked_log_policy(logits, legal)).sum(axis=-1).mean()


def play_game(policy, size, rng):
    board = np.zeros((size, size), dtype=np.int8)
    history, player = [], 1
    while (board == 0).any():
        legal = legal_moves(board)
        log_p = masked_log_policy(policy.logits(board * player), legal)
        p = np.exp(log_p) * legal
        move = rng.choice(size * size, p=p / p.sum())
        history.append((board.copy() * player, move))
        board.reshape(-1)[move] = player
        player = -player
    return history


def evaluate(policy, positions, visit_counts):
    logits = np.stack([policy.logits(b) for b in positions])
    legal = np.stack([legal_moves(b) for b in positions])
    return cross_entropy(logits, visit_counts, legal)
