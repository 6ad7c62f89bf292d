#!/usr/bin/env python3
"""Looks at the links of all pages (*.md) of the repository: files and headings must be there.

  tools/doc_links.py [FOLDER]

Links that begin with a scheme (https:) are not followed. The name of a heading is the one that code-hosting sites give
it: small letters, blanks as hyphens, punctuation left out. Prints what is wrong, or how many links there are.
"""
import os
import re
import subprocess
import sys
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def pages(folder):
    """What git knows of; all files where there is no git."""
    try:
        listed = subprocess.run(['git', '-C', folder, 'ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout.split('\n')
        found = [name for name in listed if name and os.path.exists(os.path.join(folder, name))]
        if found:
            return sorted(found)
    except (OSError, subprocess.CalledProcessError):
        pass
    found = []
    for place, inside, names in os.walk(folder):
        inside[:] = [name for name in inside if name != 'build' and not name.startswith('.')]
        found += [os.path.relpath(os.path.join(place, name), folder) for name in names if name.endswith('.md')]
    return sorted(found)


def plain(text):
    """A page without its code: (line number, line)."""
    fenced = False
    for number, line in enumerate(text.split('\n'), 1):
        if line.lstrip().startswith('```'):
            fenced = not fenced
        elif not fenced:
            yield number, line


def anchor(heading):
    heading = re.sub(r'\[([^]]*)\]\([^)]*\)', r'\1', heading).replace('`', '').strip().lower()
    return re.sub(r'[^\w\- ]', '', heading).replace(' ', '-')


def anchors(text):
    seen, found = {}, set()
    for _, line in plain(text):
        heading = re.match(r'#{1,6} +(.*?) *#* *$', line)
        if heading:
            name = anchor(heading[1])
            found.add(name + ('-%d' % seen[name] if name in seen else ''))
            seen[name] = seen.get(name, 0) + 1
    return found


def links(text):
    """(line number, target)."""
    for number, line in plain(text):
        line = re.sub(r'`[^`]*`', '', line)
        for target in re.findall(r'\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)', line):
            yield number, target
        for target in re.findall(r'<(?:img|a)\b[^>]*\b(?:src|href)="([^"]+)"', line):
            yield number, target


def main():
    folder = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ROOT)
    texts = {name: open(os.path.join(folder, name), encoding='utf-8').read() for name in pages(folder)}
    known = {name: anchors(text) for name, text in texts.items()}
    wrong = count = 0
    for name, text in texts.items():
        for number, target in links(text):
            if re.match(r'[a-z][a-z+.-]*:', target):
                continue
            count += 1
            path, _, part = target.partition('#')
            to = os.path.normpath(os.path.join(os.path.dirname(name), urllib.parse.unquote(path))) if path else name
            if to.startswith('..') or path.startswith('/'):
                says = 'leads out of the repository'
            elif not os.path.exists(os.path.join(folder, to)):
                says = 'there is no such file'
            elif part and to in known and part not in known[to]:
                says = 'there is no such heading'
            else:
                continue
            wrong += 1
            print('%s:%d: %s: %s' % (name, number, target, says))
    print('%d links in %d pages, %d wrong' % (count, len(texts), wrong))
    return 1 if wrong or not count else 0


if __name__ == '__main__':
    sys.exit(main())
