# origin: https://github.com/mahmoodlab/PathomicFusion/pull/9
# kinds: overflow underflow domain
import numpy as np
import torch


def CoxLoss(survtime, censor, hazard_pred, device):
    """Cox partial likelihood of a batch."""
    current_batch_len = len(survtime)
    R_mat = np.zeros([current_batch_len, current_batch_len], dtype=int)
    for i in range(current_batch_len):
        for j in range(current_batch_len):
            R_mat[i, j] = survtime[j] >= survtime[i]

    R_mat = torch.FloatTensor(R_mat).to(device)
    theta = hazard_pred.reshape(-1)
    exp_theta = torch.exp(theta)  #-
    log_risk = torch.log(torch.sum(exp_theta * R_mat, dim=1))  #!
    at_risk = theta[None, :].masked_fill(R_mat == 0, -1e9)  #+
    log_risk = torch.logsumexp(at_risk, dim=1)  #+
    loss_cox = -torch.mean((theta - log_risk) * censor)
    return loss_cox


def train(opt, model, loader, device):
    optimizer = torch.optim.Adam(model.parameters(), lr=opt.lr, betas=(opt.beta1, opt.beta2))
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda e: 1.0 - max(0, e - opt.niter) / 10.0)
    metric_logger = {"loss": [], "cindex": []}
    for epoch in range(opt.epoch_count, opt.niter + 1):
        model.train()
        loss_epoch = 0
        for batch_idx, (x_path, x_grph, x_omic, censor, survtime, grade) in enumerate(loader):
            censor = censor.to(device)
            features, pred = model(x_path=x_path.to(device), x_omic=x_omic.to(device))
            loss = opt.lambda_cox * CoxLoss(survtime, censor, pred, device)
            loss_epoch += loss.item()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        scheduler.step()
        metric_logger["loss"].append(loss_epoch / len(loader))
    return model, metric_logger
