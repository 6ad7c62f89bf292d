"""What the tests of endurance share: jobs that take a given time, a run that is left alone, runs that are stopped, and
whether two folders of results hold the same."""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, 'bench'))
import model  # noqa: E402

LIMITS = ['8M', '12M', '16M', '24M', '32M', '48M', '64M', '96M', '128M', '192M', '256M', '384M', '512M']


class Wrong(Exception):
    """The program did not do what it must."""


# ------------------------------------------------------------------ runs

class Run:
    """One start of the program."""

    def __init__(self, kauri, words, preexec=None, **environment):
        self.began = time.monotonic()
        self.log = tempfile.TemporaryFile()
        self.child = subprocess.Popen([kauri, 'run', *words], stdout=self.log, stderr=self.log,
                                      env={**os.environ, **environment}, preexec_fn=preexec)

    def _reap(self, options):
        if self.child.returncode is not None:
            return True
        pid, status, use = os.wait4(self.child.pid, options)
        if pid == 0:
            return False
        self.child.returncode = os.waitstatus_to_exitcode(status)
        self.cpu = use.ru_utime + use.ru_stime
        self.wall = time.monotonic() - self.began
        self.log.seek(0)
        self.text = self.log.read().decode(errors='replace')
        self.log.close()
        return True

    def _cpu_so_far(self):
        return time.clock_gettime(~self.child.pid << 3 | 2)  # the clock of that process: pthread_getcpuclockid(3)

    def signal_after(self, cpu, sig):
        """Send the signal when the run has taken so many seconds of processor time, which other work of the machine does
        not change. False if the run ended before."""
        while not self.ended():
            self.cpu_signalled = self._cpu_so_far()
            if self.cpu_signalled >= cpu:
                self.signalled = time.monotonic()
                os.kill(self.child.pid, sig)
                return True
            time.sleep(.002)
        return False

    def ended(self):
        return self._reap(os.WNOHANG)

    def wait(self):
        """To the end: its status (below 0: the signal that ended it)."""
        self._reap(0)
        return self.child.returncode

    def goes_on(self):
        """Did it find something to go on with?"""
        return 'goes on with the run' in self.text

    def told(self):
        """What it said of errors."""
        return [line for line in self.text.splitlines() if line.startswith('kauri: ') and ' warning: ' not in line]


# ------------------------------------------------------------------ jobs

class Job:
    """A job, what it takes and gives when it is left alone, and the limits of memory that it can have."""

    def __init__(self, name, path, parameters=()):
        self.name, self.path, self.limits = name, path, [None]
        self.words = [path, '-e', 'csv', *(word for p in parameters for word in ('-p', p))]
        self.alone, self.wall, self.cpu = None, 0., 0.

    def start(self, kauri, out, threads=1, limit=None, more=(), **options):
        words = [*self.words, '-o', out, '--threads', str(threads), *more]
        return Run(kauri, words + (['--memory-limit', limit] if limit else []), **options)

    def leave_alone(self, kauri, out):
        """A run that nobody disturbs."""
        run = self.start(kauri, out)
        if run.wait() != 0:
            raise Wrong('%s: %s' % (self.name, run.text[-2000:]))
        self.alone, self.wall, self.cpu = out, run.wall, run.cpu

    def find_limits(self, kauri, folder):
        """Without a limit, and with the two of a list that follow the least that is enough: what threads hold as they
        read differs a little from run to run."""
        out = os.path.join(folder, 'limit')
        for i, limit in enumerate(LIMITS):
            run = self.start(kauri, out, 2, limit)
            if run.wait() == 0:
                self.limits = [None, *LIMITS[i + 1:i + 3]]
                break
            if run.child.returncode != 3:
                raise Wrong('%s with %s: %s' % (self.name, limit, run.text[-2000:]))
        shutil.rmtree(out, ignore_errors=True)


NATION = '--crust 6 --interface 2 --second 2 --points 36 --measures 3 --levels 20 --motions small --ruptures 200 '
KINDS = {
    # name: model, sites at first (what it costs grows with them), parameters
    'tiles': (NATION + '--individual false', 200, ()),
    'single': (NATION + '--individual true --crust 2', 2, ('hazard_maps=true', 'uniform_hazard_spectra=true', 'std=true')),
    'uncertainty': (NATION + '--individual false', 12,
                    ('uncertainty=true', 'std=true', 'quantiles=0.05 0.16 0.5 0.84 0.95')),
    'sampled': (NATION + '--individual false', 40, ('number_of_logic_tree_samples=300', 'random_seed=7')),
    'sources': (NATION + '--individual true --crust 2', 20, ('disagg_by_src=true',)),
    'soil': (None, 80, ()),
}


def write_soil(folder, nsites):
    """The case of amplification by convolution at more sites."""
    shutil.copytree(os.path.join(ROOT, 'tests', 'e2e', 'cases', 'amplify_convolution'), folder, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns('expected'))
    rng = random.Random(1)
    with open(os.path.join(folder, 'sites.csv'), 'w', encoding='utf-8') as f:
        f.write('lon,lat,vs30,z1pt0,z2pt5,vs30measured,ampcode\n')
        for i in range(nsites):
            f.write('%.4f,%.4f,%d,50,1.5,1,%s\n' % (-.6 + .01 * (i % 120), -.4 + .01 * (i // 120), 700 + i % 2 * 60,
                                                    rng.choice(('soft', 'hard'))))
    return os.path.join(folder, 'job.ini')


def make_job(name, folder, sites):
    options, _, parameters = KINDS[name]
    shutil.rmtree(folder, ignore_errors=True)
    path = (write_soil(folder, sites) if options is None else
            model.write(folder, model.parse('%s --sites %d' % (options, sites))))
    return Job(name, path, parameters)


def job_of(kauri, name, folder, seconds):
    """A job of that kind that takes about so many seconds of processor time; its results undisturbed are in
    folder/alone."""
    sites, alone, before = KINDS[name][1], os.path.join(folder, 'alone'), (0, 0.)
    for _ in range(8):
        job = make_job(name, os.path.join(folder, 'model'), sites)
        shutil.rmtree(alone, ignore_errors=True)
        job.leave_alone(kauri, alone)
        if job.cpu >= .8 * seconds:
            return job
        each = max(job.cpu - before[1], .01 * job.cpu) / (sites - before[0])  # part of the time does not grow
        before = (sites, job.cpu)
        sites += max(1, int(min(7 * sites, max(.3 * sites, (seconds - job.cpu) / each))))
    raise Wrong('%s: no number of sites takes %g s' % (name, seconds))


# ------------------------------------------------------------------ what is left

def tables(folder):
    """The CSV tables, without the date of the run."""
    found = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith('.csv'):
            with open(os.path.join(folder, name), encoding='utf-8') as f:
                found[name] = re.sub(r"start_date='[^']*'", '', f.read())
    return found


def check_results(same, alone, out):
    """The file of results holds the same bits."""
    pair = [os.path.join(d, 'results.h5') for d in (alone, out)]
    told = subprocess.run([same, *pair], capture_output=True, text=True, check=False)
    if told.returncode != 0:
        raise Wrong('%s: %s' % (pair[1], told.stdout.strip() or told.stderr.strip()))


def check_same(same, alone, out):
    """A finished folder is that of the run that was left alone."""
    check_results(same, alone, out)
    a, b = tables(alone), tables(out)
    if sorted(os.listdir(alone)) != sorted(os.listdir(out)):
        raise Wrong('%s holds other files: %s' % (out, ' '.join(set(os.listdir(out)) ^ set(os.listdir(alone)))))
    for name, text in a.items():
        if b[name] != text:
            raise Wrong('%s/%s differs' % (out, name))


def check_unfinished(same, alone, out):
    """What lies there under the name of a result is whole and right, although the run was stopped."""
    if not os.path.isdir(out):
        return
    if os.path.exists(os.path.join(out, 'results.h5')):
        check_results(same, alone, out)
    a = tables(alone)
    for name, text in tables(out).items():
        if a.get(name) != text:
            raise Wrong('%s/%s was left incomplete' % (out, name))
