"""Runs a command and says what it took: python measure.py COMMAND ARGUMENT...

Prints one JSON object: exit status, seconds by the clock, seconds of processor time of the command and all that it
started and waited for, peak memory of the largest of those processes (MiB), standard output, end of standard error.
"""

import json
import resource
import subprocess
import sys
import time

start = time.perf_counter()
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
seconds = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
report = {"status": done.returncode, "seconds": seconds, "cpuSeconds": used.ru_utime + used.ru_stime}
report |= {"peakMebibytes": used.ru_maxrss / 1024, "output": done.stdout, "errors": done.stderr[-4000:]}
print(json.dumps(report))
