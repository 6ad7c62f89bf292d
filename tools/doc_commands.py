#!/usr/bin/env python3
"""Runs the commands that pages show, and compares what the pages say they give.

  tools/doc_commands.py [-v] KAURI PAGE.md...

KAURI is the program that `kauri` stands for. The commands of a page run in order, in a scratch folder that holds a
copy of demos/; a page that is below demos/ begins in its own folder there.

  ```sh               commands; the first that fails ends the test
  ```sh (status N)    the last command of the block ends with exit status N
  ```text             if <!-- shown --> stands on the line above: lines of what the last commands printed, blanks
                      aside, in their order; a line `...` stands for others, `...` in a line for any text
  a table             if <!-- table FILE key=A,B --> stands on the line above: rows of that CSV table. The columns of
                      the key find a row, all other columns must have its values to the last digit that is given;
                      the heading of a column is its name, or the beginning of one name alone

What cannot be run, such as an installation, is marked ```console.
"""
import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Wrong(Exception):
    pass


def parts(path):
    """What a page holds in order: (line, kind, argument, lines)."""
    lines = open(path, encoding='utf-8').read().split('\n')
    i = 0
    while i < len(lines):
        fence = re.match(r'```(\S*)(.*)$', lines[i])
        table = re.match(r'<!-- table (\S.*?) key=(\S+) -->$', lines[i])
        if fence:
            first = i + 1
            end = lines.index('```', first)
            shown = i > 0 and lines[i - 1] == '<!-- shown -->'
            if fence[1] == 'sh':
                status = re.search(r'status (\d+)', fence[2])
                yield i + 1, 'run', int(status[1]) if status else 0, lines[first:end]
            elif shown:
                yield i + 1, 'shown', None, lines[first:end]
            i = end
        elif table:
            first = i = i + 1
            while i < len(lines) and lines[i].startswith('|'):
                i += 1
            yield first, 'table', (table[1], table[2].split(',')), lines[first:i]
            continue
        i += 1


def run(block, status, folder, environment):
    """All but the last command must succeed."""
    script = 'set -e -o pipefail\n' + '\n'.join(block) + '\n'
    done = subprocess.run(['bash', '-c', script], cwd=folder, env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != status:
        raise Wrong('exit status %d, not %d:\n%s' % (done.returncode, status, done.stdout))
    return done.stdout


def compare_shown(shown, printed):
    printed = [' '.join(line.split()) for line in printed.split('\n')]
    at = 0
    for line in shown:
        wanted = ' '.join(line.split())
        if wanted in ('', '...'):
            continue
        pattern = re.compile('.*'.join(re.escape(piece) for piece in wanted.split('...')))
        while at < len(printed) and not pattern.fullmatch(printed[at]):
            at += 1
        if at == len(printed):
            raise Wrong('this line is not printed (in this order): %s\n%s' % (line, '\n'.join(printed)))
        at += 1


def cells(line):
    return [cell.strip().strip('`') for cell in line.strip().strip('|').split('|')]


def same(shown, value):
    """Whether a cell says what the table has, to the last digit that is shown."""
    if shown == value:
        return True
    try:
        number, wanted = float(shown), float(value)
    except ValueError:
        return False
    mantissa, _, power = shown.lower().partition('e')
    digits = len(mantissa.partition('.')[2])
    return abs(number - wanted) <= 0.5001 * 10.0 ** ((int(power) if power else 0) - digits)


def compare_table(name, key, lines, folder):
    with open(os.path.join(folder, name), encoding='utf-8', newline='') as f:
        rows = [row for row in csv.reader(f) if row and not row[0].startswith('#')]
    head, rows = rows[0], rows[1:]
    shown_head = cells(lines[0])
    place = []
    for title in shown_head:
        found = [k for k, column in enumerate(head) if column == title] or [
            k for k, column in enumerate(head) if column.startswith(title)]
        if len(found) != 1:
            raise Wrong('%s has %d columns %s: %s' % (name, len(found), title, ' '.join(head)))
        place.append(found[0])
    for line in lines[2:]:
        row = cells(line)
        here = [r for r in rows if all(same(row[shown_head.index(k)], r[place[shown_head.index(k)]]) for k in key)]
        if len(here) != 1:
            raise Wrong('%s has %d rows of %s' % (name, len(here), line))
        for title, shown, k in zip(shown_head, row, place):
            if not same(shown, here[0][k]):
                raise Wrong('%s: %s is %s, not %s' % (name, title, here[0][k], shown))


def check(page, program, verbose):
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(os.path.join(ROOT, 'demos'), os.path.join(scratch, 'demos'))
        os.mkdir(os.path.join(scratch, 'bin'))
        kauri = os.path.join(scratch, 'bin', 'kauri')
        with open(kauri, 'w', encoding='utf-8') as f:
            f.write('#!/bin/sh\nexec "%s" "$@"\n' % program)
        os.chmod(kauri, 0o755)
        environment = dict(os.environ, PATH=os.path.join(scratch, 'bin') + os.pathsep + os.environ['PATH'])
        inside = os.path.relpath(os.path.abspath(page), ROOT)
        folder = os.path.dirname(os.path.join(scratch, inside)) if inside.startswith('demos' + os.sep) else scratch
        printed, count = '', {'run': 0, 'shown': 0, 'table': 0}
        for line, kind, what, lines in parts(page):
            try:
                count[kind] += 1
                if kind == 'run':
                    printed = run(lines, what, folder, environment)
                    if verbose:
                        print('\n'.join(lines), printed, sep='\n')
                elif kind == 'shown':
                    compare_shown(lines, printed)
                else:
                    compare_table(what[0], what[1], lines, folder)
            except (Wrong, OSError) as e:
                print('%s:%d: %s' % (inside, line, e))
                return False
        print('%s: %d blocks of commands, %d of output, %d tables' % (inside, *count.values()))
        if count['run'] == 0:
            print('%s: no commands were found' % inside)
        return count['run'] > 0


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('-v', action='store_true', help='print the commands and what they print')
    p.add_argument('kauri')
    p.add_argument('page', nargs='+')
    a = p.parse_args()
    ok = [check(page, os.path.abspath(a.kauri), a.v) for page in a.page]
    return 0 if all(ok) else 1


if __name__ == '__main__':
    sys.exit(main())
