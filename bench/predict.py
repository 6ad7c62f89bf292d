#!/usr/bin/env python3
"""What `kauri info` foretells of jobs beside what `kauri run` then takes, as ratios foretold / taken.

  bench/predict.py [--threads N] [--memory-limit SIZE] [JOB.ini...]

Without jobs: models of model.py, demos/area, and $KAURI_REFERENCE/australia/nsha23_part where that is set. A row for
each job: accounted and resident memory at the peak, processor time of the whole run, and what `kauri info` took. The
exit status is 1 if a foretold memory is more than 20 % from what was taken, or a time by more than a factor of 2; times
of runs of less than 0.2 s are not held to that. KAURI_PROGRAM names another build.
"""
import argparse
import os
import re
import sys
import tempfile

import claims
import measure
import model

MEMORY, TIME, SHORT = 1.2, 2., .2
TWO_IN_64M = ('--threads', '2', '--memory-limit', '64M')


def jobs(scratch):
    """Names, job files and options of the jobs that are taken without arguments."""
    for name, key, n, options in (
            ('default', 'default', 0, ()), ('nz2022', 'nz2022', 0, ()), ('5,000 ruptures', 'threads', 0, ()),
            ('36 that share', 'sh', 36, ()), ('36 that do not', 'un', 36, ()), ('2,000 sites', 'memory', 0, ()),
            ('2,000 sites, 64M, 2 threads', 'memory', 0, TWO_IN_64M)):
        job = os.path.join(scratch, key, 'job.ini')
        if not os.path.exists(job):
            model.write(os.path.dirname(job), model.parse(claims.MODELS[key].replace('{n}', str(n))))
        yield name, job, options
    yield 'demos/area', os.path.join(measure.ROOT, 'demos', 'area', 'job.ini'), ()
    australia = os.path.join(os.environ.get('KAURI_REFERENCE', ''), 'australia', 'nsha23_part', 'job.ini')
    if os.path.exists(australia):
        yield 'australia', australia, ()


def number(text, pattern):
    found = re.search(pattern, text, re.MULTILINE)
    if not found:
        raise measure.Failed('no "%s" in\n%s' % (pattern, text))
    return float(found[1])


def seconds(text):
    """What info foretells of processor time: from ten minutes on it tells minutes, then hours."""
    found = re.search(r'^time +about (?:(\d+) h )?([\d.]+) (s|min) of processor time', text, re.MULTILINE)
    if not found:
        raise measure.Failed('no time in\n%s' % text)
    return 3600 * float(found[1] or 0) + float(found[2]) * (60 if found[3] == 'min' else 1)


def row(name, job, options, out):
    """Print the row of a job; whether the claim holds for it."""
    info = measure.run([measure.KAURI, 'info', job, *options])
    run = measure.run([measure.KAURI, 'run', job, '-o', out, *options])
    pairs = [(number(info.text, r'^memory .* ([\d.]+) MB accounted'), number(run.text, r'peak accounted ([\d.]+) MB')),
             (number(info.text, r'about ([\d.]+) MB resident'), run.mb),
             (seconds(info.text), run.cpu)]
    ratios = [foretold / taken for foretold, taken in pairs]
    holds = all(1 / MEMORY <= ratio <= MEMORY for ratio in ratios[:2]) and (
        run.cpu < SHORT or 1 / TIME <= ratios[2] <= TIME)
    print('| %s | %s | %.2f | %s |' % (name, ' | '.join(
        '%.2f (%.3g / %.3g)' % (ratio, *pair) for ratio, pair in zip(ratios, pairs)), info.wall,
        'holds' if holds else 'FAILS'), flush=True)
    return holds


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--threads', default='1')
    p.add_argument('--memory-limit', metavar='SIZE')
    p.add_argument('jobs', nargs='*', metavar='JOB.ini')
    a = p.parse_args()
    options = ['--threads', a.threads] + (['--memory-limit', a.memory_limit] if a.memory_limit else [])
    held = True
    with tempfile.TemporaryDirectory() as scratch:
        print('| job | accounted, MB | resident, MB | processor time, s | info, s | |\n| --- | --- | --- | --- | --- | --- |')
        for name, job, more in [(job, job, ()) for job in a.jobs] or jobs(scratch):
            try:
                held &= row(name, job, [*options, *more], os.path.join(scratch, 'out'))
            except measure.Failed as failed:
                print('| %s | FAILS: %s |' % (name, str(failed).splitlines()[-1]), flush=True)
                held = False
    sys.exit(not held)


if __name__ == '__main__':
    main()
