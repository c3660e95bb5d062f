"""Answers requests to train a variant; of bench/train-keras.py and bench/train-torch.py."""

import sys
import time


def serve(trainer, clear, epochs_before):
    """Reads variants a line (way, network, columns, batch), trains one epoch of each and prints what it took.

    trainer makes of a variant a function that trains one epoch; it trains epochs_before epochs when the variant is
    first named. clear drops what the framework keeps of variants before.
    """
    known = {}
    print("ready", flush=True)
    for line in sys.stdin:
        way, network, width, batch = line.split()
        if line not in known:
            # The variants of one comparison are named in turns; those of another are not needed again.
            if not any(other.split()[1:] == line.split()[1:] for other in known):
                known.clear()
                clear()
            known[line] = trainer(way, network, int(width), int(batch))
            for _ in range(epochs_before):
                known[line]()
        wall, cpu = time.perf_counter(), time.process_time()
        known[line]()
        print(time.perf_counter() - wall, time.process_time() - cpu, flush=True)
