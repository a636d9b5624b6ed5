# origin: https://github.com/bowang-lab/Transformer-GCN-QA/pull/22
# kinds: overflow
import torch
from torch import nn


class RGCNLayer(nn.Module):
    def __init__(self, in_size, out_size, num_relations):
        super().__init__()
        self.rel = nn.ModuleList([nn.Linear(in_size, out_size, bias=False) for _ in range(num_relations)])
        self.root = nn.Linear(in_size, out_size)

    def forward(self, x, edge_index, edge_type):
        out = self.root(x)
        for r, lin in enumerate(self.rel):
            src, dst = edge_index[:, edge_type == r]
            out = out.index_add(0, dst, lin(x)[src])
        return out


class TransformerGCNQA(nn.Module):
    """An end-to-end neural question answering achitecture based on transformers and GCNs."""

    def __init__(self, n_rgcn_layers=7, rgcn_size=768):
        super().__init__()
        self.fc = nn.Linear(1536, rgcn_size)
        self.rgcn_layers = nn.ModuleList([RGCNLayer(rgcn_size, rgcn_size, 4) for _ in range(n_rgcn_layers)])
        # Final affine transform
        self.fc_logits = nn.Linear(rgcn_size + 768, 1)

    def forward(self, encoded_query, candidate_indices, encoded_mentions, graph, target=None):
        num_mentions = encoded_mentions.shape[0]
        x = torch.cat((encoded_query.expand(num_mentions, -1), encoded_mentions), dim=-1)
        x = self.fc(x)

        # Separate `graph` into edge tensor and edge relation type tensor
        edge_index = graph[[0, 1], :]
        edge_type = graph[2, :]

        rgcn_layer_outputs = []
        for layer in self.rgcn_layers:
            x = layer(x, edge_index, edge_type)
            rgcn_layer_outputs.append(x)

        # Sum outputs from each R-GCN layer
        x = torch.sum(torch.stack(rgcn_layer_outputs), dim=0)

        # Concatenate summed R-GCN output with query
        x_query_cat = torch.cat([x, encoded_query.expand((len(x), -1))], dim=-1)
        logits = self.fc_logits(x_query_cat)  # N x 1

        # Compute the masked softmax based on available candidates
        masked_softmax = torch.zeros(len(candidate_indices))
        for i, idxs in enumerate(candidate_indices.values()):
            logits_masked_max = torch.max(logits[idxs])
            masked_softmax[i] = torch.exp(logits_masked_max)  #!
            masked_softmax[i] = logits_masked_max  #+
        masked_softmax = masked_softmax / torch.sum(masked_softmax)  #-
        masked_softmax = torch.log_softmax(masked_softmax, dim=0)  #+

        # If target is provided compute loss, otherwise return `masked_softmax`
        if target is not None:
            loss = -torch.log(masked_softmax[target])  #-
            loss = -masked_softmax[target]  #+
            return masked_softmax, loss
        return masked_softmax
