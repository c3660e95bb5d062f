"""Split, megaset and hash of some identities: the ten lines that docs/physics.md prints, and golden values from them.

usage: python identity.py OUT.json
"""
import json
import random
import sys

M = (1 << 64) - 1


def event_hash(salt, *words, number=0):
    h = int.from_bytes(salt.encode(), "big") ^ number
    for w in words:
        z = ((h ^ (w & M)) + 0x9E3779B97F4A7C15) & M
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M
        h = z ^ (z >> 31)
    return h


def fnv(text):
    h = 0xCBF29CE484222325
    for byte in text.encode():
        h = ((h ^ byte) * 0x100000001B3) & M
    return h


def split(key, test=0.2, valid=0.1, number=0):
    if (event_hash("split", *key, number=number) >> 11) / 2**53 < test:
        return "test"
    return "validation" if (event_hash("valid", *key, number=number) >> 11) / 2**53 < valid else "train"


def main(out):
    draw = random.Random(1)
    rows = []
    for k in range(400):
        run = draw.choice([284500, 310000, -3, 0])
        lumi = draw.choice([0, 0, 7, 1234])
        event = draw.choice([k, draw.randrange(1 << 31), draw.randrange(1 << 62), -k])
        channel = draw.choice([361106, 410000, 0])
        sample = draw.choice([None, None, "periodA", "données"])
        key = (run, lumi, event, channel if sample is None else fnv(sample))
        h = event_hash("megaset", *key)
        rows.append({"run": run, "lumi": lumi, "event": str(event), "channel": channel, "sample": sample,
                     "split": split(key), "megaset10": h % 10, "megaset7": h % 7,
                     "split_number5": split(key, number=5), "megaset_number5": event_hash("megaset", *key, number=5) % 10, "hash": str(h)})
    with open(out, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows) + "\n]\n")


if __name__ == "__main__":
    main(sys.argv[1])
