# origin: https://github.com/tanatosuu/GDE/pull/2
# kinds: domain
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class GDE(nn.Module):
    def __init__(self, user_filter, item_filter, latent_size=64, reg=0.01, drop_out=0.1):
        super().__init__()
        self.user_embed = nn.Embedding(user_filter.size(0), latent_size)
        self.item_embed = nn.Embedding(item_filter.size(0), latent_size)
        nn.init.xavier_normal_(self.user_embed.weight)
        nn.init.xavier_normal_(self.item_embed.weight)
        self.register_buffer("L_u", user_filter)
        self.register_buffer("L_i", item_filter)
        self.dropout = nn.Dropout(drop_out)
        self.reg = reg

    def forward(self, user, pos_item, nega_item):
        final_user = self.dropout(self.L_u[user]).mm(self.user_embed.weight)
        final_pos = self.dropout(self.L_i[pos_item]).mm(self.item_embed.weight)
        final_nega = self.dropout(self.L_i[nega_item]).mm(self.item_embed.weight)

        out = (final_user * final_pos).sum(1) - (final_user * final_nega).sum(1)
        reg_term = self.reg * (final_user ** 2 + final_pos ** 2 + final_nega ** 2).sum()
        return (-torch.log(out).sum() + reg_term) / user.size(0)  #!
        return (-F.logsigmoid(out).sum() + reg_term) / user.size(0)  #+

    def predict_matrix(self):
        final_user = self.L_u.mm(self.user_embed.weight)
        final_item = self.L_i.mm(self.item_embed.weight)
        return final_user.mm(final_item.t()).sigmoid()


def train_epoch(model, optimizer, rate_matrix, steps, batch_size=256):
    total_loss = 0.0
    for _ in range(steps):
        u = torch.from_numpy(np.random.randint(0, rate_matrix.size(0), batch_size))
        p = torch.multinomial(rate_matrix[u], 1, True).squeeze(1)
        nega = torch.multinomial(1 - rate_matrix[u], 1, True).squeeze(1)
        loss = model(u, p, nega)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
    return total_loss / steps
