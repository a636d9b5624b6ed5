# origin: CTC/CRF/HMM recursions in linear space
# kinds: NS133
class HMM:
    def likelihood(self, obs):
        alphas = [self.pi * self.B[:, obs[0]]]
        for o in obs[1:]:
            alphas.append((alphas[-1] @ self.A) * self.B[:, o])  #!
            alphas.append((alphas[-1] @ self.A) * self.B[:, o] / alphas[-1].sum())  #+
        return alphas[-1].sum()
