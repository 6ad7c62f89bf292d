#!/usr/bin/env python3
"""Runs that are stopped at random moments and continued: they must end with the bits of a run that was left alone.

  kills.py KAURI SAME FOLDER [--kills N] [--seed S] [--seconds T] [--kinds a,b,...]

KAURI is the program, SAME the one that compares two results.h5 (results_same), FOLDER takes jobs and results. Jobs are made
such that each takes about T seconds of processor time; it is stopped by SIGKILL (three times of four), SIGTERM
or SIGINT, one in three times again while it continues, with one or two threads and another limit of memory at each start.
After one SIGKILL in three the files of the journal are damaged as a loss of power may leave them: cut off, with bytes
changed, or gone. Prints what came of it; a run that goes wrong is named and its folder is left.
"""
import argparse
import os
import random
import shutil
import signal
import sys

import endure
from endure import Wrong

SIGNALS = [signal.SIGKILL] * 6 + [signal.SIGTERM, signal.SIGINT]
INTERRUPTED, REFUSED = 4, 1


class Tally:
    """What was tried and what came of it; seconds of processor time."""

    def __init__(self):
        self.runs = self.starts = self.found = self.missed = self.damaged = self.refused = 0
        self.signals = {}
        self.stops = 0  # of runs that nobody damaged
        self.before = self.twice = self.alone = 0.  # computed until these, computed again, of the jobs left alone
        self.lost = {}  # by signal: of each run that was stopped once, the time above that of the one left alone
        self.slowest = self.slowest_cpu = 0.  # from a signal to the end

    def kills(self):
        return sum(self.signals.values())

    def tell(self):
        kinds = ', '.join('%d %s' % (n, name) for name, n in sorted(self.signals.items()))
        print('%d runs were stopped %d times (%s); %d ended before their signal' % (
            self.runs, self.kills(), kinds, self.missed))
        print('all of them ended with the bits of a run that was left alone')
        print('%d of %d later starts found something to go on with' % (self.found, self.starts))
        print('%d times the journal was damaged, of which %d were refused with what to do' % (self.damaged, self.refused))
        if self.before > 0:
            print('undamaged: %.1f s of processor time went before %d stops, and %.1f s were spent twice (%.2f s for each '
                  'stop, reading included; a run left alone takes %.2f s): %.0f %% of the work was kept' % (
                      self.before, self.stops, self.twice, self.twice / self.stops, self.alone / self.runs,
                      100 * (1 - self.twice / self.before)))
        for name, lost in sorted(self.lost.items()):
            print('stopped once, by %s: %.2f s more than left alone, at most %.2f s, of %d runs' % (
                name, sum(lost) / len(lost), max(lost), len(lost)))
        print('a signal ended a run within %.2f s, %.2f s of processor time' % (self.slowest, self.slowest_cpu))


def cut(path, rng):
    size = os.path.getsize(path)
    os.truncate(path, rng.randrange(size + 1))


def flip(path, rng, part):
    """Other values for some bytes of the last part of the file."""
    size = os.path.getsize(path)
    with open(path, 'r+b') as f:
        for _ in range(rng.randint(1, 8)):
            at = size - 1 - rng.randrange(max(int(size * part), 1))
            f.seek(at)
            byte = f.read(1)[0]
            f.seek(at)
            f.write(bytes([byte ^ (1 << rng.randrange(8))]))


def damage(out, rng):
    """As a loss of power may leave the files. Returns what was done, or None where there is nothing to damage."""
    at = lambda name: os.path.join(out, name)
    journal = at('results.journal')
    files = [at(name) for name in ('results.tile.0', 'results.tile.1') if os.path.exists(at(name))]
    ways = [('cut off', lambda: cut(journal, rng)), ('bytes changed', lambda: flip(journal, rng, .5)),
            ('a byte changed anywhere', lambda: flip(journal, rng, 1))] if os.path.exists(journal) else []
    for path in files:
        ways += [('tile cut off', lambda p=path: cut(p, rng)), ('tile gone', lambda p=path: os.unlink(p)),
                 ('bytes of a tile changed', lambda p=path: flip(p, rng, 1))]
    ways = [way for way in ways if way[0] == 'tile gone' or os.path.getsize(journal)] if ways else []
    if not ways:
        return None
    name, do = rng.choice(ways)
    do()
    return name


class Attempt:
    """A folder, a job, and what happens to it."""

    def __init__(self, args, tally, rng, job, out):
        self.a, self.t, self.rng, self.job, self.out = args, tally, rng, job, out
        self.story, self.spent, self.before = [], 0., 0.
        self.starts = self.stops = 0
        self.damaged, self.last = False, None

    def start(self, *more):
        threads, limit = self.rng.choice((1, 2)), self.rng.choice(self.job.limits)
        self.story.append(' '.join(['--threads %d' % threads, *(['--memory-limit', limit] if limit else []), *more]))
        self.starts += 1
        return self.job.start(self.a.kauri, self.out, threads, limit, more)

    def ended(self, run):
        """It has ended by itself or by a signal."""
        self.spent += run.cpu
        if self.starts > 1:
            self.t.starts += 1
            self.t.found += run.goes_on()

    def wrong(self, run):
        return Wrong('status %d: %s' % (run.child.returncode, run.text[-1000:]))

    def stop(self):
        """Start and stop. False if there is nothing left to do."""
        sig, moment = self.rng.choice(SIGNALS), self.rng.uniform(0, 1.02 * self.job.cpu)
        run = self.start()
        sent = run.signal_after(moment, sig)
        status = run.wait()
        self.ended(run)
        self.story.append('%s after %.3f s: status %d' % (sig.name, moment, status))
        if not sent or status == 0:
            self.t.missed += 1
            if status != 0:
                raise self.wrong(run)
            return False
        # a process that has hardly begun does not know the signal yet
        if status != -sig and (sig == signal.SIGKILL or status != INTERRUPTED):
            raise self.wrong(run)
        self.t.signals[sig.name] = self.t.signals.get(sig.name, 0) + 1
        self.t.slowest = max(self.t.slowest, run.began + run.wall - run.signalled)
        self.t.slowest_cpu = max(self.t.slowest_cpu, run.cpu - run.cpu_signalled)
        self.last = sig.name
        self.stops += 1
        self.before += run.cpu
        endure.check_unfinished(self.a.same, self.job.alone, self.out)
        if sig == signal.SIGKILL and self.rng.random() < 1 / 3:
            what = damage(self.out, self.rng)
            self.damaged = what is not None
            if what:
                self.story.append('damage: ' + what)
        return True

    def finish(self):
        """Start and wait. A journal whose beginning is damaged may be refused, in one line; then the run begins anew."""
        run = self.start()
        run.wait()
        self.ended(run)
        if run.child.returncode == REFUSED and self.damaged:
            if len(run.told()) != 1 or '--fresh' not in run.told()[0]:
                raise Wrong('a refusal that does not say what to do: %s' % run.text[-1000:])
            self.t.refused += 1
            run = self.start('--fresh')
            run.wait()
        if run.child.returncode != 0:
            raise self.wrong(run)

    def go(self):
        left = self.stop()
        while left and not self.damaged and self.rng.random() < 1 / 3:
            left = self.stop()
        if left:
            self.finish()
        endure.check_same(self.a.same, self.job.alone, self.out)
        self.t.runs += 1
        self.t.alone += self.job.cpu
        self.t.damaged += self.damaged
        if self.stops and not self.damaged:
            self.t.stops += self.stops
            self.t.before += self.before
            self.t.twice += self.spent - self.job.cpu
            if self.stops == 1 and self.starts == 2:
                self.t.lost.setdefault(self.last, []).append(self.spent - self.job.cpu)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('kauri')
    p.add_argument('same')
    p.add_argument('folder')
    p.add_argument('--kills', type=int, default=20)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--seconds', type=float, default=5)
    p.add_argument('--kinds', default=','.join(endure.KINDS))
    a = p.parse_args()
    rng, tally, jobs = random.Random(a.seed), Tally(), []
    for name in a.kinds.split(','):
        folder = os.path.join(a.folder, name)
        os.makedirs(folder, exist_ok=True)
        job = endure.job_of(a.kauri, name, folder, a.seconds)
        job.find_limits(a.kauri, folder)
        jobs.append(job)
        print('%s: %.2f s, %.2f s of processor time; limits of memory: %s' % (
            name, job.wall, job.cpu, ', '.join(str(limit) for limit in job.limits)), flush=True)
    while tally.kills() < a.kills:
        job = jobs[tally.runs % len(jobs)]
        out = os.path.join(a.folder, 'run-%d' % tally.runs)
        shutil.rmtree(out, ignore_errors=True)
        attempt = Attempt(a, tally, rng, job, out)
        try:
            attempt.go()
        except Wrong as e:
            print('run %d of %s: %s' % (tally.runs, job.name, '; '.join(attempt.story)))
            print(e)
            return 1
        shutil.rmtree(out)
        if a.kills >= 50 and tally.runs % 10 == 0:
            print('%d stops' % tally.kills(), flush=True)
    tally.tell()
    return 0


if __name__ == '__main__':
    sys.exit(main())
