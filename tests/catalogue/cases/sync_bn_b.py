# origin: SyncBatchNorm missing under DDP
# kinds: NS515
import torch
import torch.nn as nn

model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)).cuda()
model = torch.nn.SyncBatchNorm.convert_sync_batchnorm(model)  #+
model = nn.parallel.DistributedDataParallel(model)  #*
