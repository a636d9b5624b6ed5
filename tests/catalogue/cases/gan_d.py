# origin: saturating GAN loss
# kinds: NS513
import torch


class GAN:
    def generator_step(self, z):
        self.opt_g.zero_grad()
        prob = self.discriminator(self.generator(z))
        loss_g = torch.mean(torch.log(1.0 - prob.clamp(1e-6, 1 - 1e-6)))  #!
        loss_g = -torch.mean(torch.log(prob.clamp(1e-6, 1 - 1e-6)))  #+
        loss_g.backward()
        self.opt_g.step()
