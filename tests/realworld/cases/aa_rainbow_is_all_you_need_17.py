# origin: https://github.com/Curt-Park/rainbow-is-all-you-need/issues/17
# kinds: domain underflow domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class Network(nn.Module):
    def __init__(self, in_dim, out_dim, atom_size, support):
        super().__init__()
        self.support = support
        self.out_dim = out_dim
        self.atom_size = atom_size

        self.feature_layer = nn.Sequential(nn.Linear(in_dim, 128), nn.ReLU())
        self.advantage_hidden_layer = nn.Linear(128, 128)
        self.advantage_layer = nn.Linear(128, out_dim * atom_size)
        self.value_hidden_layer = nn.Linear(128, 128)
        self.value_layer = nn.Linear(128, atom_size)

    def forward(self, x):
        dist = self.dist(x)
        return torch.sum(dist * self.support, dim=2)

    def dist(self, x):
        feature = self.feature_layer(x)
        adv_hid = F.relu(self.advantage_hidden_layer(feature))
        val_hid = F.relu(self.value_hidden_layer(feature))

        advantage = self.advantage_layer(adv_hid).view(-1, self.out_dim, self.atom_size)
        value = self.value_layer(val_hid).view(-1, 1, self.atom_size)
        q_atoms = value + advantage - advantage.mean(dim=1, keepdim=True)

        dist = F.softmax(q_atoms, dim=-1)
        dist = dist.clamp(min=1e-3)  #+
        return dist


def compute_dqn_loss(dqn, dqn_target, samples, support, v_min, v_max, gamma=0.99):
    state, next_state = samples["obs"], samples["next_obs"]
    action = samples["acts"]
    reward = samples["rews"].reshape(-1, 1)
    done = samples["done"].reshape(-1, 1)
    atom_size = support.numel()
    batch_size = state.shape[0]
    delta_z = float(v_max - v_min) / (atom_size - 1)

    with torch.no_grad():
        next_action = dqn(next_state).argmax(1)
        next_dist = dqn_target.dist(next_state)[range(batch_size), next_action]

        t_z = (reward + (1 - done) * gamma * support).clamp(min=v_min, max=v_max)
        b = (t_z - v_min) / delta_z
        l = b.floor().long()
        u = b.ceil().long()

        offset = torch.linspace(0, (batch_size - 1) * atom_size, batch_size).long()
        offset = offset.unsqueeze(1).expand(batch_size, atom_size)
        proj_dist = torch.zeros(next_dist.size())
        proj_dist.view(-1).index_add_(0, (l + offset).view(-1), (next_dist * (u.float() - b)).view(-1))
        proj_dist.view(-1).index_add_(0, (u + offset).view(-1), (next_dist * (b - l.float())).view(-1))

    dist = dqn.dist(state)
    log_p = torch.log(dist[range(batch_size), action])  #*
    elementwise_loss = -(proj_dist * log_p).sum(1)
    return elementwise_loss


def update_model(dqn, dqn_target, memory, optimizer, support, v_min, v_max, prior_eps=1e-6):
    samples = memory.sample_batch()
    weights = samples["weights"].reshape(-1, 1)
    elementwise_loss = compute_dqn_loss(dqn, dqn_target, samples, support, v_min, v_max)
    loss = torch.mean(elementwise_loss * weights)

    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(dqn.parameters(), 10.0)
    optimizer.step()

    memory.update_priorities(samples["indices"], elementwise_loss.detach().numpy() + prior_eps)
    return loss.item()
