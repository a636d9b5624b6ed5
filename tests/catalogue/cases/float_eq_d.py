# origin: == on floats
# kinds: NS222
def run(dt=0.1):
    t = 0.0
    steps = 0
    while True:
        if t == 0.3:  #!
        if steps == 3:  #+
            return steps
        t += 0.1
        steps += 1
