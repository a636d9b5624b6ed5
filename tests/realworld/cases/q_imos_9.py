# origin: https://github.com/anindita127/IMoS/issues/9
# kinds: domain
import torch
import torch.nn as nn


class FingerRefiner:
    """Optimises finger poses so that the hand stays on the grasped object."""

    def __init__(self, hand_model, n_pose, contact_threshold=0.01, stride=300):
        self.hand_model = hand_model
        self.contact_threshold = contact_threshold
        self.stride = stride
        self.loss_l1 = nn.L1Loss()
        self.opt_pose = nn.Parameter(torch.zeros(1, n_pose))
        self.optimizer = torch.optim.Adam([self.opt_pose], lr=1e-2)

    def calc_loss_fingers(self, init_pose, obj_vertices):
        hand_init = self.hand_model(init_pose).detach()
        hand_opt = self.hand_model(init_pose + self.opt_pose)
        dist = torch.cdist(obj_vertices, hand_opt).flatten(1)[:, ::self.stride]
        flag = dist < self.contact_threshold
        losses = 0.005 * self.loss_l1(hand_opt, hand_init)
        losses = losses + 0.005 * torch.mean(dist[flag])  #!
        if flag.any():  #+
            losses = losses + 0.005 * torch.mean(dist[flag])  #+
        losses = losses + 0.001 * self.opt_pose.pow(2).sum()
        return losses

    def fit(self, init_pose, obj_vertices, n_iter=100):
        history = []
        for _ in range(n_iter):
            self.optimizer.zero_grad()
            loss = self.calc_loss_fingers(init_pose, obj_vertices)
            loss.backward()
            self.optimizer.step()
            history.append(loss.item())
        return (init_pose + self.opt_pose).detach(), history
