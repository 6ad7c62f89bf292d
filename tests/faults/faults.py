"""Fails call 1, 2, 3, ... of whole small jobs, and looks at what is said and what is left.

usage: faults.py [--each N] [--lib N] [--jobs NAME,...] [--classes NAME,...] [--keep] [--trace]

The injector (injector.c; its path in KAURI_FAULTS) counts the calls of an undisturbed run of each job, by
class: allocations of the program (own) and of its libraries (lib), opening, reading, writing, syncing and
what moves or removes files (sync), asking about files (look), threads (thread). Then calls fail, one at a
time or all from one on, and after each try

- the program has ended by itself, with a status that fits: 0 only with the results of the undisturbed run;
  or in a library that was given no memory and went on as if it had been ("crashed"),
- it has said one line why, which names the file where a file failed,
- no memory of the program and no file is left open,
- each table and results.h5 under its final name is whole: of this run, or of the run before it,
- nothing unfinished is left but a journal to go on from, unless removing it was what failed,
- and an undisturbed run into the same folder gives the same results again.

Without --each every call is tried."""
import argparse
import concurrent.futures
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

PROGRAM = os.environ["KAURI_PROGRAM"]
INJECTOR = os.environ["KAURI_FAULTS"]
SOURCE = os.environ["KAURI_SOURCE_DIR"]
HERE = os.path.join(SOURCE, "tests", "faults")

MEMORY, IO, INPUT = 3, 7, 1
JOURNAL = {"results.journal", "results.tile.0", "results.tile.1"}
CLASSES = ["own", "lib", "open", "read", "write", "sync", "look", "thread"]

# What is tried of a class: kind of failure, how often it fails (1: once, 0: from then on, 2: every second call
# from then on), and the statuses that it may end with. 0 is always among them: it means the right results.
TRIES = {
    "own": [("ENOMEM", 1, {MEMORY}), ("ENOMEM", 0, {MEMORY})],
    "lib": [("ENOMEM", 1, {MEMORY, IO}), ("ENOMEM", 0, {MEMORY, IO})],
    "open": [("EMFILE", 1, {IO}), ("EIO", 0, {IO})],
    "read": [("EIO", 1, {IO}), ("EIO", 0, {IO}), ("short", 0, set()), ("EINTR", 2, set())],
    "write": [("EIO", 1, {IO}), ("ENOSPC", 0, {IO}), ("short", 0, set()), ("EINTR", 2, set())],
    "sync": [("EIO", 1, {IO}), ("EIO", 0, {IO})],
    "look": [("EIO", 1, {IO}), ("EIO", 0, {IO})],
    "thread": [("EAGAIN", 1, {MEMORY}), ("EAGAIN", 0, {MEMORY})],
}


class Job:
    """A command, the files it works on, and the folder of what it makes.

    folder: copied to where the command runs; before: commands that prepare that, once; args: of the program,
    {out} being the folder of the results; earlier: options that make other results, which lie there before
    every second try; stdout: what it prints belongs to the results; volatile: a pattern of lines that differ
    from run to run; classes: of calls that fail; speed: how much faster its clock runs, so that a journal is kept;
    stopped: before every try lies there what an earlier run has left that could not put its results in place."""

    def __init__(self, name, args, folder="demos/area", before=(), earlier=(), stdout=False, volatile=None,
                 classes=CLASSES, speed=1, stopped=False):
        self.name, self.args, self.folder, self.before = name, args, folder, before
        self.earlier, self.stdout, self.volatile = list(earlier), stdout, volatile
        self.classes, self.speed, self.stopped = classes, speed, stopped
        self.results = {}
        self.older = None


COARSE = ["-p", "region_grid_spacing=200", "-p", "area_source_discretization=100", "--threads", "1", "-q",
          "-p", "number_of_logic_tree_samples=2", "-p", "quantiles=0.5", "-p", "poes=0.02",
          "-p", 'intensity_measure_types_and_levels={"PGA": [0.01, 0.1], "SA(1.0)": [0.02, 0.2]}']
RUN = ["run", "job.ini", "-o", "{out}", "-e", "csv"] + COARSE
FINISHED = [["run", "job.ini", "-o", "done", "-e", "csv"] + COARSE]
JOBS = [
    Job("run", RUN + ["-p", "individual_rlzs=true"], earlier=["-p", "truncation_level=2"]),
    Job("journal", RUN, speed=100, earlier=["-p", "truncation_level=2"]),
    Job("goes on", RUN, speed=100, stopped=True),
    Job("threads", RUN + ["--threads", "3"], classes=["thread"]),
    Job("export", ["export", "done", "hcurves", "hmaps", "uhs", "realizations", "-o", "{out}", "-q"], before=FINISHED),
    Job("maps", ["export", "done", "hmaps_gpkg", "hmaps_geojson", "-o", "{out}", "-q"], before=FINISHED),
    # Without memory or files fontconfig, below cairo, prints lines of its own, or never comes back.
    Job("plot", ["plot", "done", "map", "-o", "{out}/map.png", "-q"], before=FINISHED,
        classes=["own", "write", "sync", "look"]),
    Job("verify", ["verify", "done"], before=FINISHED, stdout=True),
    Job("info", ["info", "done"], before=FINISHED, stdout=True, volatile=r"memory(-timeline)?\."),
    Job("compare", ["compare", "done", "done"], before=FINISHED, stdout=True),
    Job("report", ["report", "done", "-o", "/proc/self/fd/1", "-q"], before=FINISHED, stdout=True),
]
if os.environ.get("KAURI_SANITIZE"): # a build with clang, whose OpenMP ends the process itself where it gets no thread
    JOBS = [job for job in JOBS if job.classes != ["thread"]]


def environment(**more):
    env = {k: v for k, v in os.environ.items() if not k.startswith("FAULTS_")}
    if os.environ.get("KAURI_SANITIZE"):
        env["LSAN_OPTIONS"] = "print_suppressions=0:suppressions=" + os.path.join(HERE, "..", "support", "library_leaks.txt")
    env.update(more)
    return env


def call(args, folder, **env):
    return subprocess.run([PROGRAM] + args, cwd=folder, env=environment(**env), capture_output=True, timeout=120,
                          text=True, errors="replace")


def read_report(path):
    """What the injector says: the call that failed, counts by class, what is left."""
    report = {"fired": None, "count": {}, "left": {}, "open": [], "stack": [], "crash": None}
    if os.path.exists(path):
        with open(path, errors="replace") as lines:
            for line in lines:
                word, _, rest = line.rstrip("\n").partition(" ")
                field = rest.split(" ", 4)
                if word == "fired":
                    report["fired"] = {"class": field[0], "number": int(field[1]), "call": field[2],
                                       "who": field[3], "file": field[4]}
                elif word == "count":
                    report["count"][field[0]] = int(field[1])
                elif word == "left":
                    report["left"][field[0]] = int(field[1])
                elif word == "crash":
                    report["crash"] = rest
                elif word == "open":
                    report["open"].append(rest)
                elif word == "at":
                    report["stack"].append(rest)
    return report


def table_text(path):
    """A table without its first line, which tells the time of the run."""
    with open(path, "rb") as f:
        return f.read().partition(b"\n")[2]


def is_volatile(name):
    """Files that differ from run to run."""
    return name.startswith("memory")


def tables(folder):
    out = {}
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if name.endswith(".csv") and not is_volatile(name):
            out[name] = table_text(os.path.join(folder, name))
    return out


def stored(folder, scratch):
    """What results.h5 holds, by the program's own tables; None where there is none, text where it is broken."""
    if not os.path.exists(os.path.join(folder, "results.h5")):
        return None
    with tempfile.TemporaryDirectory(dir=scratch) as to:
        kinds = ["hcurves", "hmaps", "uhs", "realizations", "component_rates"]
        made = call(["export", os.path.abspath(folder)] + kinds + ["-o", to], scratch)
        return tables(to) if made.returncode == 0 else made.stderr


class Trial:
    """One run with a failure, and what is wrong with it."""

    def __init__(self, job, scratch, what, kind, times, number, allowed, options):
        self.job, self.scratch, self.options = job, scratch, options
        self.what, self.kind, self.times, self.number, self.allowed = what, kind, times, number, allowed
        self.wrong = []
        self.fired = None

    def __str__(self):
        times = {1: "once", 0: "from there on", 2: "every second from there on"}[self.times]
        return f"{self.job.name}: {self.what} {self.number} {self.kind} {times}"

    def where(self):
        f = self.fired
        if not f:
            return "not reached"
        file = f["file"] if f["file"].startswith("/proc") else os.path.basename(f["file"])
        return f"{f['call']} by {f['who']}" + ("" if file == "-" else ": " + file)

    def run(self, seeded, again):
        self.home = tempfile.mkdtemp(dir=self.scratch)
        try:
            self.out = os.path.join(self.home, "out")
            if seeded:
                shutil.copytree(self.job.older, self.out)
            self.seeded = seeded
            self.before = self.stamp()
            self.execute()
            self.judge_end()
            self.judge_words()
            self.judge_leaks()
            self.judge_folder()
            if again and not self.wrong:
                self.repeat()
        except subprocess.TimeoutExpired:
            self.wrong.append("hangs")
        finally:
            if not (self.options.keep and self.wrong):
                shutil.rmtree(self.home, ignore_errors=True)
        return self

    def stamp(self):
        try:
            st = os.stat(os.path.join(self.out, "results.h5"))
            return st.st_ino, st.st_mtime_ns, st.st_size
        except FileNotFoundError:
            return None

    def names(self):
        return sorted(os.listdir(self.out)) if os.path.isdir(self.out) else []

    def args(self):
        return [a.replace("{out}", self.out) for a in self.job.args]

    def execute(self):
        env = {"LD_PRELOAD": INJECTOR, "FAULTS_CLASS": self.what, "FAULTS_AT": str(self.number),
               "FAULTS_KIND": self.kind if self.kind == "short" else str(getattr(errno, self.kind)),
               "FAULTS_REPORT": os.path.join(self.home, "report"), "FAULTS_SPEED": str(self.job.speed)}
        if self.times != 1:
            env["FAULTS_LAST"] = "0"
            env["FAULTS_STEP"] = str(max(self.times, 1))
        if self.options.trace:
            env["FAULTS_TRACE"] = "1"
        self.done = call(self.args(), self.job.home, **env)
        self.report = read_report(env["FAULTS_REPORT"])
        self.fired = self.report["fired"]

    def judge_end(self):
        status = self.done.returncode
        if self.crashed():
            return
        if status < 0:
            self.wrong.append("died of " + signal.Signals(-status).name)
        elif status != 0 and (not self.fired or status not in self.allowed):
            self.wrong.append(f"status {status}: " + self.done.stderr.strip()[-300:])

    def crashed(self):
        """A library does not look whether it got memory: nobody can keep it from that. As after a kill, the results
        that lie there must be whole."""
        crash = self.report["crash"]
        return (self.what == "lib" and self.done.returncode in (-signal.SIGSEGV, -signal.SIGABRT) and
                crash not in (None, "?", "kauri"))

    def judge_words(self):
        if self.crashed():
            return
        lines = self.done.stderr.splitlines()
        errors = [x for x in lines if x and not x.startswith(("kauri: warning: ", "libgomp: "))]
        if any("the HDF5 library cannot be started" in x for x in errors):  # which says so in its own words too
            errors = [x for x in errors if not re.match(r"HDF5-DIAG|  #|    (major|minor):", x)]
        if self.done.returncode == 0:
            if errors:
                self.wrong.append("status 0, and says " + errors[0])
            return
        if len(errors) != 1 or not errors[0].startswith("kauri: error: "):
            self.wrong.append("does not say one line: " + " | ".join(lines[:4]))
        elif self.done.returncode == IO and self.what not in ("own", "lib", "thread"):
            base = os.path.basename(self.fired["file"].replace(" (deleted)", ""))
            names = [base, re.sub(r"\.part$", "", base), os.path.basename(os.path.dirname(self.fired["file"])),
                     "standard output" if base.startswith("pipe:") else None,
                     "/proc/self/fd/1" if base.startswith("pipe:") else None]
            if self.times == 1 and not any(n and n in errors[0] for n in names):
                self.wrong.append("does not name the file: " + errors[0])

    def given_up(self):
        """A library has ended the program: as after a kill, what was under way lies there."""
        return self.crashed() or (self.what in ("lib", "thread") and "a library has given up" in self.done.stderr)

    def judge_leaks(self):
        if self.given_up():
            return
        left = self.report["left"]
        for who, blocks in left.items():
            if self.what == "lib" and who != "kauri":  # its own affair, as it is that it fails
                continue
            if blocks > self.job.left.get(who, 0) and self.job.left.get(who, 0) == 0:
                self.wrong.append(f"{blocks} blocks of {who} are not freed")
        for path in self.report["open"]:
            if path not in self.job.open:
                self.wrong.append("left open: " + path)

    def judge_folder(self):
        job = self.job
        names = self.names()
        found, new = tables(self.out), self.stamp() != self.before
        if new and stored(self.out, self.home) != job.stored:
            self.wrong.append("results.h5 is damaged, or another")
        if self.done.returncode == 0:
            if found != job.tables or (job.stored is not None and not new):
                self.wrong.append("status 0 without the right tables: " + self.difference(found, job.tables))
            if job.stdout and job.text(self.done.stdout) != job.printed:
                self.wrong.append("status 0, and prints something else")
        older = {} if new or not self.seeded else job.older_tables
        for name, text in found.items():
            if text != job.tables.get(name) and text != older.get(name):
                self.wrong.append(f"{name} is not whole")
        for name in names:
            if name not in job.names and not (self.seeded and name in job.older_names):
                removing = self.fired and self.what == "sync"
                goes_on = self.done.returncode != 0 and name in JOURNAL
                stopped = self.given_up() and (name.endswith(".part") or name == "results.lock")
                if not removing and not goes_on and not stopped:
                    self.wrong.append(f"{name} is left")

    @staticmethod
    def difference(found, wanted):
        names = [n for n in sorted(set(found) | set(wanted)) if found.get(n) != wanted.get(n)]
        return f"{len(names)} differ, {names[0] if names else 'none'}"

    def repeat(self):
        done = call(self.args(), self.job.home)
        if done.returncode != 0 and self.job.fresh and "is there already" in done.stderr:
            return
        if done.returncode != 0:
            self.wrong.append("the next run fails: " + done.stderr.strip())
        elif set(self.names()) - self.job.names:
            self.wrong.append("the next run leaves " + " ".join(set(self.names()) - self.job.names))
        elif tables(self.out) != self.job.tables:
            self.wrong.append("the next run gives other tables: " +
                              self.difference(tables(self.out), self.job.tables))


def leave_stopped(job, scratch, undisturbed):
    """What a run leaves whose results find a folder in their place, also for the first that goes on with it."""
    in_the_way = os.path.join(scratch, "older-" + job.name, "results.h5")
    os.makedirs(in_the_way)
    job.older, _, _ = undisturbed("older-", [], IO)
    os.rmdir(in_the_way)
    job.older_names = set(os.listdir(job.older)) - JOURNAL
    for name in ("tried-", "right-"):
        shutil.copytree(job.older, os.path.join(scratch, name + job.name))
    args = [a.replace("{out}", os.path.join(scratch, "tried-" + job.name)) for a in job.args if a != "-q"]
    if "goes on with the run" not in call(args, job.home).stderr:
        sys.exit(f"{job.name}: it does not go on")


def prepare(job, scratch):
    """The job's own folder, what an undisturbed run gives, and its counts."""
    job.home = os.path.join(scratch, "home-" + job.name)
    shutil.copytree(os.path.join(SOURCE, job.folder), job.home, ignore=shutil.ignore_patterns("*-results"))
    for args in job.before:
        done = call(args, job.home)
        if done.returncode != 0:
            sys.exit(f"{job.name}: cannot be prepared: {done.stderr}")
    job.text = lambda text: "\n".join(x for x in text.splitlines() if not job.volatile or
                                      not re.search(job.volatile, x))
    job.fresh = job.args[0] == "export"

    def undisturbed(name, more, status=0):
        out, report = os.path.join(scratch, name + job.name), os.path.join(scratch, "report-" + name + job.name)
        args = [a.replace("{out}", out) for a in job.args] + more
        done = call(args, job.home, LD_PRELOAD=INJECTOR, FAULTS_REPORT=report, FAULTS_SPEED=str(job.speed))
        if done.returncode != status:
            sys.exit(f"{job.name}: undisturbed, status {done.returncode}: {done.stderr}")
        return out, read_report(report), done

    job.older, job.older_names, job.older_tables = None, set(), {}
    if job.stopped:
        leave_stopped(job, scratch, undisturbed)
    out, report, done = undisturbed("right-", [])
    job.tables, job.stored, job.printed = tables(out), stored(out, scratch), job.text(done.stdout)
    job.names = set(os.listdir(out)) if os.path.isdir(out) else set()
    job.counts, job.left, job.open = report["count"], report["left"], report["open"]
    # A sanitizer keeps the allocations to itself, and looks for leaks.
    if not job.counts.get("open") or (not os.environ.get("KAURI_SANITIZE") and not job.counts.get("own")):
        sys.exit(f"{job.name}: the injector saw nothing: {report}")
    if job.left.get("kauri"):
        sys.exit(f"{job.name}: undisturbed, {job.left['kauri']} blocks are not freed")
    if job.earlier:
        job.older, _, _ = undisturbed("older-", job.earlier)
        job.older_names, job.older_tables = set(os.listdir(job.older)), tables(job.older)


def numbers(n, most, k):
    """The calls of 1 to n that are tried: all, or `most` of them, evenly spread, others for each k."""
    if most == 0 or n <= most:
        return range(1, n + 1)
    shift = 0.618 * k % 1
    return [1 + int((i + shift) * n / most) for i in range(most)]


def trials(jobs, scratch, options):
    k = 0
    for job in jobs:
        for what in [w for w in options.classes if w in job.classes]:
            for kind, times, allowed in TRIES[what]:
                most = options.lib if what == "lib" else options.each
                for n in numbers(job.counts.get(what, 0), most, k):
                    k += 1
                    yield (Trial(job, scratch, what, kind, times, n, allowed, options),
                           job.stopped or (job.older and k % 2 == 0),
                           k % options.again == 0)


def main():
    about = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    about.add_argument("--each", type=int, default=0, help="tries of each job, class and kind of failure")
    about.add_argument("--lib", type=int, help="the same of the allocations of libraries")
    about.add_argument("--again", type=int, default=1, help="every how manyth try is followed by another run")
    about.add_argument("--jobs")
    about.add_argument("--classes")
    about.add_argument("--at", type=int, help="this call only")
    about.add_argument("--keep", action="store_true", help="keep the folders of what went wrong")
    about.add_argument("--trace", action="store_true", help="print where the call that failed came from")
    options = about.parse_args()
    options.classes = options.classes.split(",") if options.classes else CLASSES
    options.lib = options.each if options.lib is None else options.lib
    jobs = [j for j in JOBS if not options.jobs or j.name in options.jobs.split(",")]
    scratch = tempfile.mkdtemp()
    try:
        return try_all(jobs, scratch, options)
    finally:
        if not options.keep:
            shutil.rmtree(scratch, ignore_errors=True)


def try_all(jobs, scratch, options):
    for job in jobs:
        prepare(job, scratch)
    bad, table, alike = 0, {}, {}
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("KAURI_FAULTS_AT_ONCE", os.cpu_count() or 1))) as pool:
        todo = (t for t in trials(jobs, scratch, options) if not options.at or t[0].number == options.at)
        for t in pool.map(lambda a: a[0].run(a[1], a[2]), todo):
            row = table.setdefault((t.job.name, t.what), [0, 0, 0, 0, 0])
            row[0] += 1
            row[1] += bool(t.fired)
            row[2] += not t.wrong and t.done.returncode == 0
            row[3] += not t.wrong and t.crashed()
            row[4] += bool(t.wrong)
            if not t.wrong:
                continue
            bad += 1
            told = (t.job.name, t.what, t.where(), t.wrong[0][:50])
            alike[told] = alike.get(told, 0) + 1
            if alike[told] == 1:
                print(f"FAIL {t} ({t.where()})")
                for w in t.wrong[:4] + (["..."] if len(t.wrong) > 4 else []) + t.report["stack"]:
                    print("     " + w)
                if options.keep:
                    print("     " + t.home)
    for (job, what, where, wrong), times in alike.items():
        if times > 1:
            print(f"{times} times {job}: {what} ({where}): {wrong}")
    print(f"{'job':12} {'class':7} {'calls':>7} {'tried':>7} {'reached':>7} {'survived':>8} {'crashed':>7} "
          f"{'wrong':>7}")
    for (name, what), row in table.items():
        calls = next(j.counts[what] for j in jobs if j.name == name)
        print(f"{name:12} {what:7} {calls:7} {row[0]:7} {row[1]:7} {row[2]:8} {row[3]:7} {row[4]:7}")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
