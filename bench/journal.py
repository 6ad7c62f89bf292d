#!/usr/bin/env python3
"""What the journal of a run costs, by which a run goes on that was interrupted.

  bench/journal.py [JOB.ini...]

Runs each job on one thread and prints what the run says of itself: bytes written to the journal, the time that went into
writing them and making them stay, and its share of the run. Without jobs: national models (bench/model.py) with all single
realizations stored, with many sites in one tile, and in tiles of 64 sites. The exit status is 1 where a share is 5 % or more.
KAURI_PROGRAM names another build.
"""
import argparse
import os
import re
import sys
import tempfile

import measure
import model

MODELS = [
    ('4,860 realizations, all stored', '', []),
    ('2,000 sites in one tile', '--sites 2000 --measures 3 --levels 20 --individual false', []),
    ('2,000 sites in tiles', '--sites 2000 --measures 3 --levels 20 --individual false', ['--memory-limit', '32M']),
]
MOST = 5.


def cost(job, words, scratch):
    """A run, and (MB, ms, %) of its journal."""
    use = measure.run([measure.KAURI, 'run', job, '-v', '-o', os.path.join(scratch, 'out'), '--threads', '1', *words])
    found = re.search(r'journal: ([0-9.]+) MB, ([0-9]+) ms, ([0-9.]+) %', use.text)
    if not found:
        raise measure.Failed('%s: the log of the run has no line of its journal' % job)
    return use, [float(x) for x in found.groups()]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('jobs', nargs='*', metavar='JOB.ini')
    a = p.parse_args()
    most = 0.
    with tempfile.TemporaryDirectory() as scratch:
        jobs = [(job, job, []) for job in a.jobs] or [
            (name, model.write(os.path.join(scratch, 'm%d' % i), model.parse(options)), words)
            for i, (name, options, words) in enumerate(MODELS)]
        print('%-32s %10s %10s %10s %8s' % ('', 'wall s', 'MB', 'ms', '%'))
        for name, job, words in jobs:
            use, (mb, ms, share) = cost(job, words, scratch)
            print('%-32s %10.2f %10.1f %10.0f %8.2f' % (name, use.wall, mb, ms, share), flush=True)
            most = max(most, share)
    sys.exit(most >= MOST)


if __name__ == '__main__':
    measure.end_with_message(main)
