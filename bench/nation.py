#!/usr/bin/env python3
"""A synthetic national model, and what `kauri info` and `kauri run --threads 1` take for it.

  bench/nation.py [options of the model] [--keep DIR] [KAURI]

Prints seconds of processor time and the greatest resident memory of each command. With --keep the model is written to
DIR and left there, and nothing is run. KAURI is the program, build/release/kauri without it.
"""
import argparse
import os
import tempfile

import measure
import model


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('kauri', nargs='?', default=measure.KAURI)
    p.add_argument('--keep', metavar='DIR', help='write the model there and run nothing')
    model.options(p)
    a = p.parse_args()
    if a.keep:
        print(model.write(a.keep, a))
        return
    with tempfile.TemporaryDirectory() as scratch:
        job = model.write(scratch, a)
        size = sum(os.path.getsize(os.path.join(scratch, name)) for name in os.listdir(scratch))
        print('%d branches, %d multi-fault ruptures, %.0f MB' % (
            a.crust * a.interface * a.second, a.crust * a.ruptures + a.interface * max(a.ruptures // 4, 1) +
            a.second * max(a.ruptures // 10, 1), size / 1e6), flush=True)
        for name, command in (('info', ['info', job]),
                              ('run', ['run', job, '-o', os.path.join(scratch, 'out'), '-q', '--threads', '1'])):
            print('%-6s  %s' % (name, measure.run([a.kauri, *command])), flush=True)


if __name__ == '__main__':
    measure.end_with_message(main)
