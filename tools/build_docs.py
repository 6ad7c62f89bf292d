#!/usr/bin/env python3
"""Builds all pages (*.md) of the repository as HTML, with pandoc; equations as MathML, nothing from a network.

  tools/build_docs.py FOLDER

The pages lie in FOLDER as in the repository, with the files that they link to; FOLDER/index.html leads to the contents.
Every link is looked at: it must lead to a file and a place that are there.
"""
import html
import html.parser
import os
import posixpath
import re
import shutil
import subprocess
import sys
import urllib.parse

import doc_links

ROOT = doc_links.ROOT
PARTS = os.path.join(ROOT, 'tools', 'docs')
CONTENTS = 'docs/index.md'


def navigation(page):
    """The lists of the contents page, as seen from a page."""
    out, inside = [], False
    for line in open(os.path.join(ROOT, CONTENTS), encoding='utf-8'):
        links = re.findall(r'\[([^]]+)\]\(([^)]+)\)', line) if line.startswith('- ') else []
        if re.fullmatch(r'[A-Z][\w ]+:\n', line):
            out += ['</ul>'] * inside + ['<p>%s</p>' % html.escape(line.strip()[:-1]), '<ul>']
            inside = True
        for text, target in links:
            to = posixpath.normpath(posixpath.join(posixpath.dirname(CONTENTS), target))
            here = ' aria-current="page"' if to == page else ''
            href = posixpath.relpath(to, posixpath.dirname(page) or '.').replace('.md', '.html')
            out.append('<li><a href="%s"%s>%s</a></li>' % (href, here, html.escape(text[0].upper() + text[1:])))
    return '\n'.join(out + ['</ul>'] * inside)


def title_of(text):
    return re.search(r'^# (.*)$', text, re.M)[1].replace('`', '')


def build(page, text, folder):
    target = os.path.join(folder, page[:-3] + '.html')
    os.makedirs(os.path.dirname(target), exist_ok=True)
    long = len(re.findall(r'^##', text, re.M)) > 3
    subprocess.run(['pandoc', '-f', 'gfm+tex_math_dollars', '-t', 'html5', '--mathml', '--no-highlight', '--wrap=preserve',
                    '--toc', '--toc-depth=3', '--template', os.path.join(PARTS, 'template.html'), '--lua-filter',
                    os.path.join(PARTS, 'links.lua'), '--metadata', 'pagetitle=' + title_of(text),
                    '-V', 'nav=' + navigation(page), '-V', 'root=' + '../' * page.count('/'),
                    *(['-V', 'contents=yes'] if long else []), '-o', target, os.path.join(ROOT, page)], check=True)
    return target


def copy_linked(page, text, folder):
    """Files that the page links to and that are no pages."""
    for _, target in doc_links.links(text):
        path = urllib.parse.unquote(target.partition('#')[0])
        to = os.path.normpath(os.path.join(os.path.dirname(page), path))
        if not path or re.match(r'[a-z][a-z+.-]*:', target) or path.endswith('.md') or to.startswith('..'):
            continue
        if os.path.isfile(os.path.join(ROOT, to)):
            os.makedirs(os.path.join(folder, os.path.dirname(to)), exist_ok=True)
            shutil.copyfile(os.path.join(ROOT, to), os.path.join(folder, to))


class Reader(html.parser.HTMLParser):
    """Places and links of a page of HTML, and what of TeX is left as text."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads, self.math, self.left, self.quiet = set(), [], [], 0, [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.add(attrs.get('id'))
        self.math += tag == 'math'
        self.quiet += tag in ('code', 'annotation')
        if tag == 'a' and 'href' in attrs:
            self.links.append(attrs['href'])
        if tag in ('img', 'script', 'iframe', 'link'):
            self.loads.append(attrs.get('src') or attrs.get('href') or '')
        if tag == 'span' and 'math' in attrs.get('class', ''):
            self.left.append('an equation that is no MathML')

    def handle_endtag(self, tag):
        self.quiet -= tag in ('code', 'annotation')

    def handle_data(self, data):
        if not self.quiet and re.search(r'\$\$|\\frac|\\sum|\\qquad', data):
            self.left.append(data.strip()[:60])


def check(folder, files):
    read = {name: Reader(open(name, encoding='utf-8').read()) for name in files}
    wrong = []
    for name, page in read.items():
        wrong += ['%s: %s' % (name, left) for left in page.left]
        wrong += ['%s: loads %s' % (name, at) for at in page.loads if re.match(r'[a-z]+:|//', at)]
        for link in page.links + page.loads:
            if re.match(r'[a-z][a-z+.-]*:', link):
                continue
            path, _, part = link.partition('#')
            to = os.path.normpath(os.path.join(os.path.dirname(name), urllib.parse.unquote(path))) if path else name
            if not os.path.exists(to) or not to.startswith(folder):
                wrong.append('%s: %s is not there' % (name, link))
            elif part and to in read and part not in read[to].ids:
                wrong.append('%s: there is no place %s' % (name, link))
    print('%d pages, %d links, %d equations' % (len(files), sum(len(p.links) for p in read.values()),
                                               sum(p.math for p in read.values())))
    return wrong


def main():
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    folder = os.path.abspath(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    shutil.copyfile(os.path.join(PARTS, 'style.css'), os.path.join(folder, 'style.css'))
    files = []
    for page in doc_links.pages(ROOT):
        text = open(os.path.join(ROOT, page), encoding='utf-8').read()
        files.append(build(page, text, folder))
        copy_linked(page, text, folder)
    start = CONTENTS[:-3] + '.html'
    with open(os.path.join(folder, 'index.html'), 'w', encoding='utf-8') as f:
        f.write('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Kauri</title>'
                '<meta http-equiv="refresh" content="0; url=%s"></head>\n<body><a href="%s">Kauri</a></body></html>\n'
                % (start, start))
    wrong = check(folder, files)
    print('\n'.join(wrong + ['%s/index.html' % folder]))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
