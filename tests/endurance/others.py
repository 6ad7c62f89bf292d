#!/usr/bin/env python3
"""What may happen to a run beside being killed at random: each of these must end with the bits of a run that was left
alone, or be refused with what is wrong.

  others.py KAURI SAME FOLDER [--only NAME] [--seconds T]

KAURI is the program, SAME the one that compares two results.h5. The environment variable KAURI_CLOCKS names the library
of clocks that jump; without it they are left out.
"""
import argparse
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time

import endure
from endure import Wrong

KEPT = ('results.journal', 'results.tile.0', 'results.tile.1')


class Skipped(Exception):
    """It cannot be tried here."""


def need(condition, what, run=None):
    if not condition:
        raise Wrong(what + (': status %s: %s' % (run.child.returncode, run.text[-1500:]) if run else ''))


class Scene:
    """The job, and a folder for results."""

    def __init__(self, args, job):
        self.a, self.job = args, job
        self.out = os.path.join(args.folder, 'out')

    def clear(self):
        shutil.rmtree(self.out, ignore_errors=True)

    def start(self, *more, limit=None, threads=1, **environment):
        return self.job.start(self.a.kauri, self.out, threads, limit, more, **environment)

    def at(self, name):
        return os.path.join(self.out, name)

    def has_kept(self):
        """Is there more than the beginning of a journal?"""
        size = lambda name: os.path.getsize(self.at(name)) if os.path.exists(self.at(name)) else -1
        return size('results.journal') > 20000 or any(size(name) >= 0 for name in KEPT[1:])

    def under_way(self, **environment):
        """A run that has kept something and is going on."""
        for _ in range(5):
            run = self.start(**environment)
            while not self.has_kept() and not run.ended():
                time.sleep(.01)
            if not run.ended():
                return run
            need(run.wait() == 0, 'a run that nobody stopped', run)
            self.clear()
        raise Wrong('every run ended before it kept anything; ask for more --seconds')

    def stopped(self, sig=signal.SIGKILL):
        """Leave what a stopped run leaves, which has kept something."""
        run = self.under_way()
        run.signal_after(0, sig)
        run.wait()
        need(self.has_kept(), 'a stopped run keeps something', run)

    def stopped_beside(self, earlier, sig):
        """The same where results of an earlier run lie, which are there also while it is under way."""
        for _ in range(5):
            self.clear()
            shutil.copytree(earlier, self.out)
            lies_there = os.stat(self.at('results.h5')).st_ino
            run = self.start()
            while not self.has_kept() and not run.ended():
                time.sleep(.01)
            if run.signal_after(0, signal.SIGSTOP):  # it waits while its folder is looked at
                kept = self.has_kept() and os.stat(self.at('results.h5')).st_ino == lies_there
                if kept:
                    endure.check_results(self.a.same, earlier, self.out)
                run.signal_after(0, sig)
                run.signal_after(0, signal.SIGCONT)
                if run.wait() != 0 and kept:
                    return
        raise Wrong('every run ended before it was stopped; ask for more --seconds')

    def refused(self, status, *words, run=None, **options):
        """The run is refused with one line that holds the words."""
        run = run or self.start(**options)
        run.wait()
        told = run.told()
        need(run.child.returncode == status, 'status %d was expected' % status, run)
        need(len(told) == 1 and all(word in told[0] for word in words), 'one line with %s' % (words,), run)

    def continues(self, *more):
        """The run goes on and comes to the right end."""
        run = self.start(*more)
        need(run.wait() == 0, 'it did not go on', run)
        need(run.goes_on(), 'it did not go on with what is there', run)
        self.is_right()

    def is_right(self, alone=None):
        endure.check_same(self.a.same, alone or self.job.alone, self.out)

    def digests(self):
        found = {}
        for name in KEPT:
            if os.path.exists(self.at(name)):
                with open(self.at(name), 'rb') as f:
                    found[name] = hashlib.sha256(f.read()).hexdigest()
        return found


# ------------------------------------------------------------------ disks

def file_size_limit(s):
    """No file may grow beyond some size."""
    for kilobytes in (16, 2000):
        s.clear()
        size = kilobytes * 1024
        # The thread sanitizer writes a file of its own there, larger than that.
        run = s.start(preexec=lambda n=size: resource.setrlimit(resource.RLIMIT_FSIZE, (n, resource.RLIM_INFINITY)),
                      TMPDIR=s.at('none'))
        s.refused(7, run=run)
        need(not os.path.exists(s.at('results.h5')), 'no results')
        run = s.start()
        need(run.wait() == 0, 'the same command with room', run)
        s.is_right()


def mounted(kind, path, *options):
    os.makedirs(path, exist_ok=True)
    done = subprocess.run(['mount', *options, kind, path], capture_output=True, check=False)
    if done.returncode != 0:
        raise Skipped('nothing can be mounted here')


def fill(path):
    """Leave no room on the disk."""
    with open(path, 'wb', buffering=0) as f:
        try:
            while True:
                f.write(bytes(65536))
        except OSError:
            pass


def full_disk(s):
    """A disk that is full in the middle of the run, and then has room again."""
    s.clear()
    mounted('tmpfs', s.out, '-t', 'tmpfs', '-o', 'size=64m')
    try:
        filler = os.path.join(s.out, 'filler')
        run = s.under_way()
        fill(filler)
        s.refused(7, run=run)
        os.unlink(filler)
        need(not os.path.exists(s.at('results.h5')), 'no results')
        run = s.start()
        need(run.wait() == 0, 'the same command with room', run)
        s.is_right()
    finally:
        subprocess.run(['umount', s.out], check=False)


def small_disk(s):
    """A disk that has no room for the results from the beginning."""
    s.clear()
    mounted('tmpfs', s.out, '-t', 'tmpfs', '-o', 'size=200k')
    try:
        run = s.start()
        need(run.wait() in (3, 7) and len(run.told()) == 1, 'no room from the beginning', run)
    finally:
        subprocess.run(['umount', s.out], check=False)


def read_only(s):
    """A folder that cannot be written, without and with a stopped run in it."""
    for stopped in (False, True):
        s.clear()
        if stopped:
            s.stopped()
        os.makedirs(s.out, exist_ok=True)
        if os.geteuid() == 0:
            mounted(s.out, s.out, '--bind')
            subprocess.run(['mount', '-o', 'remount,ro,bind', s.out], check=True)
        else:
            os.chmod(s.out, 0o555)
        before = s.digests()
        try:
            s.refused(7, s.out)
            need(s.digests() == before, 'what is kept stays')
        finally:
            if os.geteuid() == 0:
                subprocess.run(['umount', s.out], check=True)
            else:
                os.chmod(s.out, 0o755)
    s.continues()


# ------------------------------------------------------------------ processes and clocks

def two_at_once(s):
    """A second run into the folder is refused and does not disturb the first; of two that start together one is done."""
    s.clear()
    first = s.under_way()
    s.refused(7, 'another run')
    need(first.wait() == 0, 'the first is not disturbed', first)
    s.is_right()
    s.clear()
    both = [s.start(), s.start()]
    need(sorted(run.wait() for run in both) == [0, 7], 'one is done, one is refused', both[0])
    s.is_right()


def killed_and_started(s):
    """A second run starts at the moment that the first one is killed."""
    for _ in range(2):
        s.clear()
        first = s.under_way()
        first.signal_after(0, signal.SIGKILL)
        second = s.start()
        need(second.wait() == 0, 'the lock is given up', second)
        first.wait()
        s.is_right()


def clocks(s):
    """The time of day jumps back and forth by hours, the steady clock jumps forward."""
    library = os.environ.get('KAURI_CLOCKS')
    if not library:
        raise Skipped('KAURI_CLOCKS is not set')
    jumping = {'LD_PRELOAD': library}
    s.clear()
    run = s.start(**jumping)
    need(run.wait() == 0, 'a run with clocks that jump', run)
    s.is_right()
    with open(s.at('hazard_curve-mean-PGA.csv'), encoding='utf-8') as f:
        date = f.readline().partition("start_date='")[2]
    need(int(date[:4]) < time.localtime().tm_year - 10, 'the clocks were ours: ' + date)
    s.clear()
    run = s.under_way(**jumping)
    run.signal_after(0, signal.SIGTERM)
    need(run.wait() == 4, 'stopped with clocks that jump', run)
    run = s.start(**jumping)
    need(run.wait() == 0 and run.goes_on(), 'continued with clocks that jump', run)
    s.is_right()


# ------------------------------------------------------------------ what is asked for

def other_build(s):
    """A copy of the program that says of itself that it is another build."""
    note = b'\4\0\0\0\x14\0\0\0\3\0\0\0GNU\0'
    with open(s.a.kauri, 'rb') as f:
        content = bytearray(f.read())
    at = content.index(note) + len(note)
    content[at] ^= 1
    other = os.path.join(s.a.folder, 'kauri')
    with open(other, 'wb') as f:
        f.write(content)
    os.chmod(other, 0o755)
    return other


def changes(s):
    """Another input, parameter, profile or build is refused with what is different; put back, the run continues."""
    s.clear()
    s.stopped()
    before = s.digests()
    s.refused(1, 'truncation_level', "'3'", "'2.5'", '--fresh', run=s.start('-p', 'truncation_level=2.5'))
    s.refused(1, 'minimum_magnitude', 'was not set', run=s.start('-p', 'minimum_magnitude=5'))
    s.refused(1, 'compat', 'exact', run=s.start('--compat', 'exact'))
    s.refused(1, 'build was', run=s.job.start(other_build(s), s.out, 1, None))
    folder = os.path.dirname(s.job.path)
    for name in ('c0.xml', 'c.xml', 'motions.xml', 'sites.csv'):
        path = os.path.join(folder, name)
        with open(path, 'rb') as f:
            content = f.read()
        with open(path, 'wb') as f:
            f.write(content.replace(b'5', b'6', 1) if name == 'sites.csv' else content + b'<!-- changed -->\n')
        s.refused(1, name, 'has changed')
        with open(path, 'wb') as f:
            f.write(content)
    need(s.digests() == before, 'what is kept stays')
    with open(s.job.path, 'r+', encoding='utf-8') as f: # the digest of the job file is among the results
        content = f.read()
        f.write('# nothing that counts\n')
        f.flush()
        run = s.start()
        run.signal_after(.5 * s.job.cpu, signal.SIGTERM)
        run.wait()
        need(run.goes_on(), 'a comment in the job changes nothing', run)
        f.truncate(len(content.encode()))
    s.continues()


def instructions(s):
    """A run keeps the set of instructions that it began with, also where another one is chosen as it goes on."""
    with open(os.path.join(s.job.alone, 'hazard_curve-mean-PGA.csv'), encoding='utf-8') as f:
        if "isa='base'" in f.readline():
            raise Skipped('this processor has one set of instructions')
    s.clear()
    s.stopped()
    run = s.start(KAURI_ISA='v2')
    need(run.wait() == 0 and run.goes_on(), 'it did not go on', run)
    s.is_right()
    s.clear()
    need(s.start(KAURI_ISA='v2').wait() == 0, 'a run with the least set')
    least = os.path.join(s.a.folder, 'least')
    shutil.rmtree(least, ignore_errors=True)
    os.rename(s.out, least)
    run = s.under_way(KAURI_ISA='v2')
    run.signal_after(0, signal.SIGTERM)
    run.wait()
    run = s.start()
    need(run.wait() == 0 and run.goes_on(), 'it did not go on', run)
    s.is_right(least)


def fresh(s):
    """--fresh begins again, also with other parameters."""
    s.clear()
    s.stopped()
    run = s.start('--fresh')
    need(run.wait() == 0 and not run.goes_on(), 'it begins again', run)
    s.is_right()


def no_room(s):
    """A limit of memory that is too low is told before anything is lost."""
    s.clear()
    s.stopped(signal.SIGTERM)
    before = s.digests()
    s.refused(3, 'memory', limit='3M')
    need(s.digests() == before, 'what is kept stays')
    s.continues()


def earlier_results(s):
    """Results of an earlier run stay while another one goes on, and after it was killed; then its tables replace them."""
    s.clear()
    other = s.start('-p', 'truncation_level=2.5')
    need(other.wait() == 0, 'the earlier run', other)
    earlier = os.path.join(s.a.folder, 'earlier')
    shutil.rmtree(earlier, ignore_errors=True)
    shutil.copytree(s.out, earlier)
    for sig in (signal.SIGTERM, signal.SIGKILL):
        s.stopped_beside(earlier, sig)
        endure.check_unfinished(s.a.same, earlier, s.out)
    s.continues()


def tables_fail(s):
    """The tables cannot be written once: the results are there, and the same command writes them; or makes the results
    again where they were taken away."""
    for taken in (False, True):
        s.clear()
        in_the_way = s.at('hazard_curve-mean-PGA.csv')
        os.makedirs(in_the_way)
        s.refused(7, 'hazard_curve-mean-PGA.csv')
        endure.check_results(s.a.same, s.job.alone, s.out)
        os.rmdir(in_the_way)
        if taken:
            os.unlink(s.at('results.h5'))
        s.continues()


SCENES = [file_size_limit, full_disk, small_disk, read_only, two_at_once, killed_and_started, clocks, changes, instructions,
          fresh, no_room, earlier_results, tables_fail]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('kauri')
    p.add_argument('same')
    p.add_argument('folder')
    p.add_argument('--only', choices=[scene.__name__ for scene in SCENES], nargs='+')
    p.add_argument('--seconds', type=float, default=1.5)
    a = p.parse_args()
    s = Scene(a, endure.job_of(a.kauri, 'tiles', os.path.join(a.folder, 'tiles'), a.seconds))
    wrong = 0
    for scene in SCENES:
        if a.only and scene.__name__ not in a.only:
            continue
        began = time.monotonic()
        try:
            scene(s)
            print('ok   %-20s %.1f s' % (scene.__name__, time.monotonic() - began), flush=True)
        except Skipped as e:
            print('skip %s: %s' % (scene.__name__, e), flush=True)
        except Wrong as e:
            print('FAIL %s: %s' % (scene.__name__, e), flush=True)
            wrong += 1
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
