#!/usr/bin/env python3
"""The time left that `kauri run` tells on a terminal, beside the time that then passes.

  bench/time_left.py [--clock main] [--rows] [JOB.ini [OPTION...]]

Runs a job in a pseudo-terminal, notes what the bar tells and when, and prints the greatest error from a quarter of the
run on: it must be within 20 % of what is left, or within a second of it (the bar tells whole seconds). The exit status is
1 where it is not. Options after the job file are those of `kauri run`. Without a job: national models of model.py on all
processors and one on a single thread, tables of single realizations, and $KAURI_REFERENCE/australia/nsha23_part where that
is set. --rows prints what was told at every twentieth of the run.

On a machine that others use, too, wall time says nothing: with `--clock main` (Linux, gcc) the program gets the processor
time of its first thread for a clock, which passes as wall time would if nothing else ran. KAURI_PROGRAM names another
build.
"""
import argparse
import os
import pty
import re
import subprocess
import sys
import tempfile
import time

import measure
import model

WITHIN, SECOND, FROM = .2, 1., .25
CLOCK = r'''#define _GNU_SOURCE
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
static clockid_t first;
__attribute__((constructor)) static void begin(void) { pthread_getcpuclockid(pthread_self(), &first); }
int clock_gettime(clockid_t id, struct timespec *t)
{
    return (int)syscall(SYS_clock_gettime, id == CLOCK_MONOTONIC && first ? first : id, t);
}
'''
MODELS = (
    ('30,000 ruptures, 40 sites', '--motions nz2022 --ruptures 30000 --sites 40 --individual false', ()),
    ('the same, 1 thread', '--motions nz2022 --ruptures 30000 --sites 40 --individual false', ('--threads', '1')),
    ('80,000 ruptures, 30 sites', '--motions nz2022 --ruptures 80000 --sites 30 --individual false', ()),
    ('1,500 sites', '--motions nz2022 --sites 1500 --individual false', ()),
    ('realizations and tables', '--sites 6 --ruptures 5000', ('-e', 'csv')),
)


class Clock:
    """Seconds of a run: on the wall, or of the processor that its first thread has used."""

    def __init__(self, pid, main):
        self.stat = '/proc/%d/task/%d/stat' % (pid, pid) if main else None
        self.began, self.last = time.monotonic(), 0.

    def now(self):
        if not self.stat:
            return time.monotonic() - self.began
        try:
            with open(self.stat, encoding='ascii') as f:
                fields = f.read().rsplit(')', 1)[1].split()
            self.last = (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
        except OSError:  # it has ended
            pass
        return self.last


def seconds(line):
    """The time left that a line of the bar tells; None: it tells none."""
    found = re.search(r'%\s+(?:(\d+) h )?(?:(\d+) min ?)?(?:(\d+) s)? left', line)
    return sum(int(n or 0) * unit for n, unit in zip(found.groups(), (3600, 60, 1))) if found else None


def watch(command, clock):
    """Run the command: its seconds, and what was told when, with the line."""
    environment = {**os.environ, 'TERM': 'xterm', **({'LD_PRELOAD': clock} if clock else {})}
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, environment)
    passed, told, text = Clock(pid, clock), [], b''
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        at = passed.now()
        text += piece
        for line in re.findall(rb'[^\r\n]+', piece):
            words = re.sub(rb'\x1b\[[0-9;?]*[a-zA-Z]', b'', line).decode(errors='replace').strip()
            left = seconds(words)
            if left is not None:
                told.append((at, left, re.sub(r' *\[[#.]*\] *', ' ', words)))
    whole = passed.last if clock else passed.now()
    if os.waitpid(pid, 0)[1]:
        raise measure.Failed(text.decode(errors='replace'))
    return whole, told


def judge(name, whole, told, rows):
    """Print the row of a job; whether what was told is right."""
    worst, step = (0., None), 0.
    for at, left, line in told:
        true = whole - at
        if rows and at >= step * whole:
            print('    %3.0f %%: told %5d s, left %7.1f s   %s' % (100 * at / whole, left, true, line))
            step = at / whole + .05
        if at >= FROM * whole and abs(left - true) > SECOND and abs(left - true) / true > worst[0]:
            worst = (abs(left - true) / true, '%d s told, %.1f s left at %.0f %% of the run' % (left, true, 100 * at / whole))
    holds = worst[0] <= WITHIN
    print('| %s | %.1f s | %s | %s |' % (
        name, whole, '%.0f %% (%s)' % (100 * worst[0], worst[1]) if worst[1] else 'within a second',
        'holds' if holds else 'FAILS'), flush=True)
    return holds


def jobs(scratch):
    """Names, job files and options of the jobs that are taken without arguments."""
    for i, (name, options, more) in enumerate(MODELS):
        folder = os.path.join(scratch, str(i))
        model.write(folder, model.parse(options))
        yield name, os.path.join(folder, 'job.ini'), more
    australia = os.path.join(os.environ.get('KAURI_REFERENCE', ''), 'australia', 'nsha23_part', 'job.ini')
    if os.path.exists(australia):
        yield 'part of Australia', australia, ()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--clock', choices=('wall', 'main'), default='wall')
    p.add_argument('--rows', action='store_true')
    p.add_argument('job', nargs='?', metavar='JOB.ini')
    p.add_argument('options', nargs=argparse.REMAINDER, metavar='OPTION')
    a = p.parse_args()
    measure.need(measure.KAURI)
    held, clock = True, ''
    with tempfile.TemporaryDirectory() as scratch:
        if a.clock == 'main':
            clock = os.path.join(scratch, 'clock.so')
            subprocess.run(['gcc', '-shared', '-fPIC', '-O2', '-x', 'c', '-', '-o', clock], input=CLOCK.encode(), check=True)
        taken = [(a.job, a.job, a.options)] if a.job else jobs(scratch)
        print('| job | run | greatest error after a quarter | |\n| --- | --- | --- | --- |', flush=True)
        for name, job, options in taken:
            out = os.path.join(scratch, 'out')
            whole, told = watch([measure.KAURI, 'run', job, '-o', out, *options], clock)
            held &= judge(name, whole, told, a.rows)
    return not held


if __name__ == '__main__':
    try:
        sys.exit(main())
    except measure.Failed as failure:
        sys.exit('bench: %s' % failure)
