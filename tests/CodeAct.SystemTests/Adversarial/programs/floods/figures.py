# attempt: figures without end
# expect: contained
import matplotlib.pyplot as plt
while True:
    plt.plot([1, 2])
    plt.show()
