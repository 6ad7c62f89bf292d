#!/usr/bin/env python3
"""Processor time and memory of `kauri run` on a job, and wall time of `kauri info`: medians of several runs.

  bench/run.py [--runs N] [--peer 'COMMAND'] [JOB.ini]

JOB.ini: without it demos/AreaSourceClassicalPSHA of $KAURI_REFERENCE where that is set, else demos/area.
--peer: another program, run once on the job in the same session, with the ratios to it. In COMMAND {job} and {out}
stand for the job file and a folder for results; without {job} the job comes last. KAURI_PROGRAM names another build.
"""
import argparse
import os
import tempfile

import measure


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--runs', type=int, default=5)
    p.add_argument('--peer', metavar='COMMAND')
    p.add_argument('job', nargs='?')
    a = p.parse_args()
    reference = os.environ.get('KAURI_REFERENCE')
    job = a.job or (os.path.join(reference, 'demos', 'AreaSourceClassicalPSHA', 'job.ini') if reference else
                    os.path.join(measure.ROOT, 'demos', 'area', 'job.ini'))
    with tempfile.TemporaryDirectory() as out:
        run, info = measure.interleaved(
            a.runs, lambda: measure.run([measure.KAURI, 'run', job, '-o', out, '-e', 'csv', '-q', '--threads', '1']),
            lambda: measure.run([measure.KAURI, 'info', job]))
    use = measure.middle(run)
    print('job                 ' + job)
    print('kauri run -e csv    %s (one thread; %s s)' % (use, measure.noise(run)))
    print('kauri info          %.3f s of wall time' % measure.middle(info).wall)
    if a.peer:
        other = measure.peer(a.peer, job)
        print('peer                %s' % other)
        print('ratio               %.1f of processor time, %.1f of memory' % (other.cpu / use.cpu, other.mb / use.mb))


if __name__ == '__main__':
    measure.end_with_message(main)
