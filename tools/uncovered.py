#!/usr/bin/env python3
"""Lines and branches of src/ that the tests executed, by folder, and every branch that none took with its reason.

usage: uncovered.py COVERAGE.json LIST [--line PERCENT] [--branch PERCENT]

COVERAGE.json is what gcovr --json wrote. A table by folder and one by reason go to standard output; LIST gets a line
`file:line: reason: not taken/branches: source` for each line of the sources with a branch that was never taken. The
reasons are those of docs/coverage.md, found from what the line says. Ends with 1 below the percentages wanted."""
import argparse
import collections
import json
import os
import re
import sys

# The first that fits the line, or that fits what an if or ?: leads to, is the reason.
REASONS = [
    ("promise", r"\bassert\(|__builtin_unreachable|kr_gmm_padded\("),
    ("processor", r"__builtin_cpu_supports"),
    ("memory", r"\bKR_(NEW|ANEW|ASTR|GROW|AGROW)\w*\(|KR_ENOMEM|\w*alloc\(|_(strdup|strndup|printf|join)\(|_create\("
               r"|[Oo]ut of memory"),
    ("passed on", r"\bKR_TRY\(|[!=]= KR_OK|KR_OK [|&:]"),
    ("interruption", r"kr_interrupted\(|KR_EINTERRUPTED"),
    ("library", r"\bH5\w+\(|\b(XML|GEOS\w*|json)_\w+\(|\b(type|space|plan|access|native|transfer|id|dataset) (<|>=) 0"),
    ("system", r"\berrno\b|KR_EIO|\b(fflush|ferror|fclose|fsync|syncfs|write|read|p?read_at|fstat|stat|unlink|ftruncate"
               r"|flock|close|fdopen|fopen|pipe2|wait4|opendir|mkdtemp|pthread_\w+|kr_clear_way)\(|\bfd\b|\breason\b"),
]
# What is left is a matter of values. Where the other side ends with a message, it is one that no test has provoked.
MESSAGE = r"kr_fail|_fail\w*\(|refuse|damaged|kr_job_bad|cli_usage|bad_\w+\(|FAIL\(|\bproblem\b|kr_warn|return false|KR_E[A-Z]+"
ORDER = r"\? -1 :|return c != 0|return order"
LOOP = r"^(for|while|\} while)\b"
ABOUT = {
    "memory": "an allocation fails",
    "passed on": "the failure of a call is passed on",
    "system": "a call of the system fails, or gives what it may but never does",
    "library": "a call of a library fails",
    "interruption": "the user interrupts just there",
    "processor": "the processor lacks an instruction",
    "promise": "asserted, or promised to the compiler: never taken by design",
    "order": "equal keys, or an order that is already right, where something is sorted",
    "message": "wrong input or a state that cannot be, and its message or refusal",
    "loop": "a loop that never, or always, ends in this way",
    "not reached": "the line was not reached: see the branch before it",
    "value": "a value or a combination of conditions that no test has",
}


def reason_of(lines, number):
    """The reason of a branch in line `number` of a file."""
    here = lines[number - 1].strip()
    text = here
    if re.search(r"[({,|&?:]$|^(if|else|\} else)\b|\?", here):
        text = " ".join(x.strip() for x in lines[number - 1:number + 2])
        text = re.split(r"(?<=;) ", text, 1)[0]
    for reason, pattern in REASONS:
        if re.search(pattern, here):
            return reason
    for reason, pattern in REASONS:
        if re.search(pattern, text):
            return reason
    if re.search(ORDER, here):
        return "order"
    if re.search(LOOP, here):
        return "loop"
    return "message" if re.search(MESSAGE, text) else "value"


def read(path):
    """By file: lines, lines executed, branches, branches taken, [(line, not taken, branches, was reached)]."""
    out = {}
    with open(path) as f:
        for file in json.load(f)["files"]:
            lines = [x for x in file["lines"] if not x["gcovr/noncode"] and not x["gcovr/excluded"]]
            never = []
            total = taken = 0
            for line in lines:
                counts = [b["count"] for b in line["branches"]]
                hit = sum(c > 0 for c in counts)
                total, taken = total + len(counts), taken + hit
                if hit < len(counts):
                    never.append((line["line_number"], len(counts) - hit, len(counts), line["count"] > 0))
            out[file["file"]] = (len(lines), sum(x["count"] > 0 for x in lines), total, taken, never)
    return out


def percent(part, whole):
    return 100 * part / whole if whole else 100


def main():
    about = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    about.add_argument("coverage")
    about.add_argument("list")
    about.add_argument("--line", type=float, default=0)
    about.add_argument("--branch", type=float, default=0)
    options = about.parse_args()
    files = read(options.coverage)
    folders = collections.defaultdict(lambda: [0, 0, 0, 0])
    reasons = collections.Counter()
    with open(options.list, "w") as out:
        for name, (*figures, never) in sorted(files.items()):
            for folder in (os.path.dirname(name), "all"):
                folders[folder] = [a + b for a, b in zip(folders[folder], figures)]
            with open(name, errors="replace") as f:
                lines = f.read().split("\n")
            for number, missed, n, reached in never:
                reason = reason_of(lines, number) if reached else "not reached"
                reasons[reason] += missed
                out.write(f"{name}:{number}: {reason}: {missed}/{n}: {lines[number - 1].strip()}\n")
    print(f"{'folder':14} {'lines':>7} {'executed':>9} {'branches':>9} {'taken':>7}")
    for folder, (lines, executed, branches, taken) in sorted(folders.items(), key=lambda x: (x[0] == "all", x[0])):
        print(f"{folder:14} {lines:7} {percent(executed, lines):7.1f} % {branches:9} {percent(taken, branches):5.1f} %")
    print(f"\n{sum(reasons.values())} branches not taken, listed in {os.path.relpath(options.list)}:")
    for reason, n in reasons.most_common():
        print(f"{n:7} {reason:13} {ABOUT[reason]}")
    lines, executed, branches, taken = folders["all"]
    low = percent(executed, lines) < options.line or percent(taken, branches) < options.branch
    if low:
        print(f"below {options.line:g} % of lines or {options.branch:g} % of branches", file=sys.stderr)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
