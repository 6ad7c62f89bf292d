"""Commands and what they take. The figures of a command include the processes that it starts and waits for: their
processor time is added, the resident memory is that of the largest."""
import concurrent.futures
import os
import shlex
import statistics
import sys
import tempfile
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
KAURI = os.environ.get('KAURI_PROGRAM', os.path.join(ROOT, 'build', 'release', 'kauri'))


class Use:
    """Seconds of processor and wall time, MB (10^6 bytes) resident at most, and what the command wrote."""

    def __init__(self, cpu, wall, mb, text=''):
        self.cpu, self.wall, self.mb, self.text = cpu, wall, mb, text

    def __str__(self):
        return '%7.2f s of processor time, %7.2f s of wall time, %7.1f MB resident at most' % (self.cpu, self.wall, self.mb)


def need(program):
    """The program, if it is there; else the end."""
    if os.sep in str(program) and not os.access(program, os.X_OK):
        sys.exit('bench: %s is not there; make release builds kauri, cmake --build --preset release --target benches '
                 'the programs beside it' % program)
    return program


class Failed(Exception):
    """A command ended with a failure."""


def run(command, **environment):
    """Run a command to its end; raises Failed with what it said if it fails."""
    need(command[0])
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        child = os.posix_spawnp(
            command[0], [str(word) for word in command], {**os.environ, **environment},
            file_actions=[(os.POSIX_SPAWN_DUP2, output.fileno(), 1), (os.POSIX_SPAWN_DUP2, output.fileno(), 2)])
        _, status, use = os.wait4(child, 0)
        wall = time.monotonic() - start
        output.seek(0)
        text = output.read().decode(errors='replace')
    if status:
        raise Failed('%s\n%s' % (shlex.join(str(word) for word in command), text.rstrip()))
    return Use(use.ru_utime + use.ru_stime, wall, use.ru_maxrss * 1024 / 1e6, text)


def together(*commands):
    """Run the commands at the same time; each is a function that gives a Use. What they take in all, until the last ends."""
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(len(commands)) as pool:
        uses = [done.result() for done in [pool.submit(command) for command in commands]]
    return Use(sum(use.cpu for use in uses), time.monotonic() - start, sum(use.mb for use in uses))


def end_with_message(main):
    """Call main; what a command that fails says is the message that this program ends with."""
    try:
        main()
    except Failed as failed:
        sys.exit('bench: %s' % failed)


def interleaved(runs, *commands):
    """Run the commands in turn, `runs` times; each is a function that gives a Use. A list of Uses for each."""
    uses = [[command() for command in commands] for _ in range(runs)]
    return [list(column) for column in zip(*uses)]


def middle(uses):
    """The medians of the figures of several runs."""
    return Use(*(statistics.median(getattr(use, what) for use in uses) for what in ('cpu', 'wall', 'mb')))


def noise(uses, what='cpu'):
    """How far single runs lie apart: '1.02 to 1.10'."""
    values = [getattr(use, what) for use in uses]
    return '%.3g to %.3g' % (min(values), max(values))


def peer(command, job):
    """Run another program on a job: {job} and {out} in the command stand for the job file and a folder for results;
    without {job} the job comes last."""
    with tempfile.TemporaryDirectory() as out:
        words = [word.replace('{job}', job).replace('{out}', out) for word in shlex.split(command)]
        return run(words if '{job}' in command else words + [job])
