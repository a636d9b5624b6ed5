# origin: https://github.com/Trusted-AI/adversarial-robustness-toolbox/issues/1658
# kinds: domain
import torch


class ImperceptibleASR:
    def __init__(self, estimator, window_size=2048, hop_size=512, learning_rate=0.0005):
        self.estimator = estimator
        self.window_size = window_size
        self.hop_size = hop_size
        self.learning_rate = learning_rate

    def _psd_transform(self, delta, original_max_psd):
        window = torch.hann_window(self.window_size, device=delta.device)
        delta_stft = torch.stft(
            delta, n_fft=self.window_size, hop_length=self.hop_size, window=window,
            center=False, return_complex=True)
        parts = torch.view_as_real(delta_stft)
        transformed_delta = torch.sqrt(torch.sum(torch.square(parts), -1))  #!
        psd = (8.0 / 3.0) * torch.square(transformed_delta / self.window_size)  #!
        power = torch.sum(torch.square(parts), -1)  #+
        psd = (8.0 / 3.0) * power / self.window_size**2  #+
        return psd * 10**9.6 / original_max_psd.clamp_min(1e-12).reshape(-1, 1, 1)

    def _forward_2nd_stage(self, delta, theta, original_max_psd):
        relu = torch.nn.ReLU()
        psd = self._psd_transform(delta, original_max_psd)
        return torch.mean(relu(psd - theta), dim=(1, 2))

    def _attack_2nd_stage(self, x, y, theta, original_max_psd, perturbation, max_iter=100, alpha=0.05):
        delta = perturbation.clone().requires_grad_()
        optimizer = torch.optim.Adam([delta], lr=self.learning_rate)
        for _ in range(max_iter):
            optimizer.zero_grad()
            loss_1st, decoded = self.estimator.compute_loss_and_decoded_output(x + delta, y)
            loss_2nd = self._forward_2nd_stage(delta, theta, original_max_psd)
            loss = torch.mean(loss_1st + alpha * loss_2nd)
            loss.backward()
            optimizer.step()
            if all(d == t for d, t in zip(decoded, y)):
                alpha *= 1.2
        return (x + delta).detach()
