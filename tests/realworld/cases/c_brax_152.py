# origin: https://github.com/google/brax/pull/152
# kinds: method explosion precision data
import torch


def train(agent, optimizer, envs, num_updates=10):
    for update in range(num_updates):
        total_loss = 0
        episodes = 0
        for td in envs.rollouts(agent):
            optimizer.zero_grad()
            loss = agent.loss(td)
            loss.backward()
            optimizer.step()
            total_loss += loss  #!
            total_loss += loss.item()  #+
            episodes += 1
        print(update, float(total_loss) / max(episodes, 1))
