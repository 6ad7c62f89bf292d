#!/usr/bin/env python3
"""What Kauri claims of its speed and memory, each claim by one command, as ratios to what is measured in the same run.

  bench/claims.py CLAIM... [--runs N] [--job JOB.ini] [--peer 'COMMAND']

  default    a national model, 4,860 realizations stored: processor time and memory beside the peer's
  nz2022     the same with New Zealand's ground-motion tree of 2022, 326,592 realizations, statistics alone
  australia  $KAURI_REFERENCE/australia/nsha23_part, 4.8 million contexts
  floor      the default model beside its bare exponentials, error functions and multiply-adds
  scalar     the default model with each instruction set beside the build without vectors (preset scalar)
  threads    two threads beside one, with 5,000 ruptures in each alternative
  shared     9, 18 and 36 alternatives that share their ruptures beside as many that do not
  memory     2,000 sites with --memory-limit 64M beside no limit: same bits, peaks
  phases     the phases of a run add up to its wall time, measured from outside
  disagg     one site of nz2022 disaggregated at 9 probabilities of 13 measures: what it takes beyond the curves
  all        all of them; linear.py shows that cost grows linearly, predict.py what is foretold, memory_report.sh what
             the report costs

Models are written by model.py; --job takes another one (for `shared` a text with {kind}, which becomes sh or un, and
{n}, which becomes 9, 18, 36). Figures are medians of N interleaved runs (5 without --runs) and their spread. --peer
names another program to measure (see run.py); without it the peer's figures are constants, taken with OpenQuake 3.21
on one core of a 2-core Xeon with AVX-512, and the ratios are marked as such. The exit status is 1 if a claim fails.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile

import measure
import model

BUILD = os.path.dirname(os.path.abspath(measure.KAURI))
# OpenQuake 3.21: seconds of processor time, MB
PUBLISHED = {'default': (79, 584), 'nz2022': (1017, 3485), 'australia': (949, 2150), 'shared 9': (59, 499),
             'shared 36': (201, 670)}
MODELS = {
    'default': '',
    'nz2022': '--motions nz2022 --individual false',
    'threads': '--ruptures 5000',
    'disagg': '--crust 36 --interface 9 --second 3 --motions nz2022 --individual false --sites 1',
    'memory': '--sites 2000 --ruptures 60 --points 20 --measures 4 --individual false',
    'sh': '--shared --layout extend --crust {n} --interface 3 --second 3 --ruptures 2000 --points 40 --individual false',
    'counts': '--apart --shared --layout extend --crust {n} --interface 3 --second 3 --ruptures 2000 --points 40'
              ' --individual false',
    'un': '--layout extend --crust {n} --interface 3 --second 3 --ruptures 2000 --points 40 --individual false',
}


class Bench:
    """What the claims share: the arguments, a folder for scratch, and whether all held so far."""

    def __init__(self, a, scratch):
        self.a, self.scratch, self.held = a, scratch, True

    def at(self, name):
        return os.path.join(self.scratch, name)

    def job(self, name, n=0):
        if self.a.job:
            return self.a.job.replace('{kind}', name).replace('{n}', str(n))
        folder = self.at('model-%s-%d' % (name, n))
        return os.path.join(folder, 'job.ini') if os.path.exists(folder) else model.write(
            folder, model.parse(MODELS[name].replace('{n}', str(n))))

    def kauri(self, job, *more, program=measure.KAURI, out='out', threads=1, **environment):
        """A function that runs the job once."""
        return lambda: measure.run([program, 'run', job, '-v', '-o', self.at(out), '--threads', threads, *more],
                                   **environment)

    def tell(self, what, value, at_least=None, at_most=None, note=''):
        """A figure, and whether it is as claimed."""
        holds = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
        self.held &= holds
        wanted = 'at least %g' % at_least if at_least is not None else 'at most %g' % at_most
        print('  %-34s %8.2f   %s: %s%s' % (what, value, wanted, 'holds' if holds else 'FAILS', note), flush=True)

    def beside_peer(self, name, job, use):
        """The peer's figures as multiples of ours, and a note where they are constants."""
        if self.a.peer:
            other, note = measure.peer(self.a.peer, job), ''
            print('  peer   %s' % other)
            return other.cpu / use.cpu, other.mb / use.mb, note
        cpu, mb = PUBLISHED[name]
        return cpu / use.cpu, mb / use.mb, ' (to the published %d s, %d MB)' % (cpu, mb)


def show(what, uses):
    print('  %-22s %s (%s s)' % (what, measure.middle(uses), measure.noise(uses)), flush=True)


def beside(b, name, job, cpu, memory):
    """The claims on a job that a peer ran."""
    uses, = measure.interleaved(b.a.runs, b.kauri(job))
    show('kauri', uses)
    cpu_ratio, memory_ratio, note = b.beside_peer(name, job, measure.middle(uses))
    b.tell('processor time, ratio', cpu_ratio, at_least=cpu, note=note)
    b.tell('memory, ratio', memory_ratio, at_least=memory, note=note)


def default(b):
    beside(b, 'default', b.job('default'), 80, 10)


def nz2022(b):
    beside(b, 'nz2022', b.job('nz2022'), 250, 40)


def australia(b):
    reference = os.environ.get('KAURI_REFERENCE')
    job = b.a.job or reference and os.path.join(reference, 'australia', 'nsha23_part', 'job.ini')
    if not job or not os.path.exists(job):
        print('  skipped: KAURI_REFERENCE is not set to the folder that holds australia/nsha23_part')
        return
    beside(b, 'australia', job, 60, 20)


def calls(b, job):
    """Exponentials and logarithms for each mean, counted in a run; 4 where they cannot be."""
    library, counts = os.path.join(BUILD, 'bench', 'libcalls.so'), b.at('calls')
    if not os.path.exists(library):
        return 4., 'not counted'
    log = b.kauri(job, KAURI_ISA='v2', LD_PRELOAD=library, KAURI_CALLS=counts)().text
    with open(counts, encoding='utf-8') as f:
        n = {name: float(count) for name, count in (line.split() for line in f)}
    means = work(log)['means']
    return (n['exp'] + n['log'] + n['tanh'] + n['cosh'] + 2 * n['pow']) / means, 'counted'


def floor(b):
    """Runs and floors in turn; the ratios of each pair. The claim is on the floor of the job, each branch for itself,
    with the library's erfc; the others are told."""
    job = b.job('default')
    n, how = calls(b, job)
    print('  %.2f exponentials and logarithms for a mean (%s)' % (n, how))
    b.kauri(job, '-p', 'sharing=false', out='unshared')()
    found, runs = {}, []
    for _ in range(b.a.runs):
        runs.append(b.kauri(job)())
        text = measure.run([os.path.join(BUILD, 'bench', 'bench_floor'), '--calls', n, b.at('out'), b.at('unshared')]).text
        for line in text.splitlines():
            m = re.match(r'floor, (.*): (.*) s = ', line)
            if m:
                kind = m[1]
                found.setdefault((kind, 'floor, s'), []).append(float(m[2]))
            m = re.match(r'  (whole run|hazard phase) +(\S+) floors', line)
            if m:
                found.setdefault((kind, m[1]), []).append(float(m[2]))
    show('kauri', runs)
    print('  last: ' + text.rstrip().replace('\n', '\n        '))
    limits = {('job, erfc of the library', 'whole run'): 3, ('job, erfc of the library', 'hazard phase'): 2}
    for key, values in found.items():
        note = ' (%s; %.3g to %.3g)' % (key[0], min(values), max(values))
        if key in limits:
            b.tell('%s / floor' % key[1], statistics.median(values), at_most=limits[key], note=note)
        else:
            print('  %-34s %8.2f  %s' % (key[1], statistics.median(values), note))


def scalar(b):
    program = os.path.join(BUILD, '..', 'scalar', 'kauri')
    if not os.path.exists(program):
        print('  skipped: cmake --preset scalar && cmake --build --preset scalar --target kauri')
        return
    job = b.job('default')
    isas = ('v2', 'v3', 'v4')
    plain, *others = measure.interleaved(b.a.runs, b.kauri(job, program=program), *(
        b.kauri(job, KAURI_ISA=isa) for isa in isas))
    show('scalar', plain)
    for isa, uses in zip(isas, others):
        show(isa, uses)
        ratio = measure.middle(plain).cpu / measure.middle(uses).cpu
        hazard = [statistics.median(hazard_phase(use.text) for use in some) for some in (plain, uses)]
        print('  %-34s %8.2f   (hazard phase %.2f)' % ('scalar / ' + isa, ratio, hazard[0] / hazard[1]))


def threads(b):
    """What two threads gain, and what two runs of one thread that have nothing to do with each other gain when they run at
    the same time: processors share caches, memory, and often more."""
    job = b.job('threads')
    both = [b.kauri(job, out=out) for out in ('one', 'two')]
    one, two, apart = measure.interleaved(b.a.runs, b.kauri(job), b.kauri(job, threads=2),
                                          lambda: measure.together(*both))
    for what, uses in (('one thread', one), ('two threads', two), ('two runs at once', apart)):
        show(what, uses)
    pairs, most = [x.wall / y.wall for x, y in zip(one, two)], [2 * x.wall / y.wall for x, y in zip(one, apart)]
    b.tell('wall time, one / two threads', statistics.median(pairs), at_least=1.8,
           note=', %.3g to %.3g' % (min(pairs), max(pairs)))
    print('  %-34s %8.2f   %.3g to %.3g' % ('what the machine gives to two runs', statistics.median(most), min(most),
                                            max(most)))
    b.tell('bits that differ', same(b, b.kauri(job, out='one'), b.kauri(job, out='two', threads=2)), at_most=0)


def same(b, first, second):
    """0 if two runs into the folders one and two stored the same bits, else 1."""
    first()
    second()
    done = subprocess.run([measure.need(os.path.join(BUILD, 'bench', 'bench_same')), b.at('one'), b.at('two')], check=False,
                          stdout=subprocess.PIPE, text=True)
    print('  ' + done.stdout.rstrip().replace('\n', '\n  '))
    return float(done.returncode != 0)


def work(log):
    """The counts at the end of a run's log."""
    m = re.search(r'(\S+) contexts, (\S+) of them computed; (\S+) means, (\S+) exceedances, (\S+) products', log)
    if not m:
        raise measure.Failed('the log of the run has no counts')
    return dict(zip(('contexts', 'distances', 'means', 'exceedances', 'products'), map(float, m.groups())))


def hazard_phase(log):
    """Its processor time, from the table that closes a run's log."""
    return sum(map(float, re.findall(
        r'\] (?:hazard|meeting sites|distances of sections) +[\d.]+ +[\d.]+ +([\d.]+) +\d', log)))


def shared(b):
    """Unshared alternatives still have the places of their points in common: a third row is computed with nothing
    shared. What is counted is of models whose other parts stay the same, with the exact means of points: see README.md."""
    cost = {}
    for kind, name, more in (('sh', 'shared', ()), ('un', 'unshared', ()), ('no', 'unshared', ('-p', 'sharing=false'))):
        jobs = [(n, b.job('sh' if kind == 'sh' else 'un', n)) for n in (9, 18, 36)]
        for (n, job), uses in zip(jobs, measure.interleaved(b.a.runs, *(b.kauri(job, *more) for _, job in jobs))):
            show('%s %d%s' % (name, n, ', apart' if more else ''), uses)
            cost[kind, n] = measure.middle(uses).cpu
            if kind == 'sh' and n != 18:
                cpu, memory, note = b.beside_peer('shared %d' % n, job, measure.middle(uses))
                print('  %-34s %8.2f   memory %.2f%s' % ('processor time, ratio', cpu, memory, note))
    for how in (('--compat', 'exact'), ()):
        counts = [work(b.kauri(b.job('counts', n), *how)().text) for n in (9, 18, 36)]
        for what in ('distances', 'means', 'exceedances'):
            n = [c[what] for c in counts]
            print('  %-11s of 9, 18, 36 alternatives: %.6g, %.6g, %.6g %s' % (what, *n, ' '.join(how)))
            if how:
                b.tell(what + ', most / least', max(n) / min(n) if min(n) else float('nan'), at_most=1)
    for n in (9, 18):
        grown = {kind: cost[kind, 2 * n] - cost[kind, n] for kind in ('sh', 'un', 'no')}
        b.tell('doubling %d, shared / unshared' % n, grown['sh'] / grown['un'], at_most=.25)
        print('  %-34s %8.2f' % ('  with nothing shared among those', grown['sh'] / grown['no']))


def memory(b):
    job = b.job('memory')
    free, limited = measure.interleaved(b.a.runs, b.kauri(job, out='one'),
                                        b.kauri(job, '--memory-limit', '64M', out='two'))
    show('no limit', free)
    show('--memory-limit 64M', limited)
    b.tell('bits that differ', same(b, lambda: None, lambda: None), at_most=0)
    accounted = re.search(r'peak accounted (\S+) MB', limited[-1].text)
    b.tell('accounted, MB', float(accounted[1]), at_most=64)
    b.tell('resident, MB', max(use.mb for use in limited), at_most=94)


def phases(b):
    uses, = measure.interleaved(b.a.runs, b.kauri(b.job('nz2022')))
    show('kauri', uses)
    shares = []
    for use in uses:
        found = re.search(r'sum of phases (\S+) s of', use.text)
        if not found:
            raise measure.Failed('the log of the run has no sum of phases')
        shares.append(100 * float(found[1]) / use.wall)
    b.tell('phases, % of wall time', statistics.median(shares), at_least=98,
           note=', %.4g to %.4g' % (min(shares), max(shares)))


def disagg(b):
    job = b.job('disagg')
    asked = {'calculation_mode': 'disaggregation', 'poes': '0.5 0.2 0.1 0.05 0.02 0.01 0.005 0.002 0.0004',
             'disagg_outputs': 'TRT_Mag_Dist_Eps', 'disagg_statistics': 'mean', 'mag_bin_width': '0.2',
             'distance_bin_width': '20', 'coordinate_bin_width': '100', 'num_epsilon_bins': '8'}
    more = [x for key, value in asked.items() for x in ('-p', '%s=%s' % (key, value))]
    curves, both, passes = measure.interleaved(b.a.runs, b.kauri(job, '-p', 'poes=' + asked['poes']),
                                               b.kauri(job, *more, out='one'),
                                               b.kauri(job, *more, '--memory-limit', '400M', out='two'))
    show('curves', curves)
    show('and disaggregation', both)
    show('--memory-limit 400M', passes)
    for which, uses in (('', both), (' within 400M', passes)):
        extra = [x.cpu - y.cpu for x, y in zip(uses, curves)]
        b.tell('processor time beyond%s, s' % which, statistics.median(extra), at_most=60,
               note=', %.3g to %.3g' % (min(extra), max(extra)))
    b.tell('bits that differ', same(b, lambda: None, lambda: None), at_most=0)
    b.tell('resident, MB', max(use.mb for use in passes), at_most=430)


CLAIMS = {f.__name__: f for f in (default, nz2022, australia, floor, scalar, threads, shared, memory, phases,
                                disagg)}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('claim', nargs='+', choices=[*CLAIMS, 'all'])
    p.add_argument('--runs', type=int, default=5)
    p.add_argument('--job')
    p.add_argument('--peer', metavar='COMMAND')
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        b = Bench(a, scratch)
        for name in CLAIMS if 'all' in a.claim else a.claim:
            print('%s: load of the machine %.1f' % (name, os.getloadavg()[0]), flush=True)
            try:
                CLAIMS[name](b)
            except measure.Failed as failed:
                b.held = False
                print('  FAILS: ' + str(failed).replace('\n', '\n    '))
    sys.exit(not b.held)


if __name__ == '__main__':
    main()
