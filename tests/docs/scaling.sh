# costly
# The table of magnitude-scaling relationships in docs/theory.md has the coefficients of the program, and all of them.
exec python3 - "$KAURI_SOURCE_DIR" <<'END'
import re
import sys

root = sys.argv[1]
code = open(root + '/src/model/msr.c', encoding='utf-8').read()
number = r'(-?[\d.]+)'
have = {}
for name, shape, rest in re.findall(r'\{"(\w+)",\s*SHAPE_(\w+),\s*([^;]*?)(?=\n    \{"|\n\};)', code):
    if shape in ('LINES', 'BILINEAR'):
        one = re.match(r'ALL\(%s, %s\)' % (number, number), rest)
        pairs = [one.groups()] if one else re.findall(r'\{%s, %s\}' % (number, number), rest.split('}},')[0] + '}')
        have[name] = {(float(a), float(b)) for a, b in pairs}

page = open(root + '/docs/theory.md', encoding='utf-8').read()
page = page[page.index('| name | $c_0'):]
told, wrong = set(), 0
for line in page[:page.index('\n\n')].split('\n')[2:]:
    names, text = line.strip('| ').split(' | ')
    named = re.findall(r'`(\w+)`', names)
    named = [named[0] + n if n.startswith('_') else n for n in named if n != 'CScalingMSR']
    shown = {(float(a), float(b or 1)) for a, b in re.findall(r'(-?\d[\d.]*) \+ (?:(\d[\d.]*) )?m\b', text)}
    wanted = set().union(*(have[n] for n in named))
    if not set(wanted) >= shown or (shown != wanted and not named[0].startswith('Leonard2014')):
        print('%s: the page has %s, the program %s' % (names, sorted(shown), sorted(wanted)))
        wrong += 1
    told |= set(named)
missing = sorted(set(have) - told)
print('%d relationships, %d lines wrong, not told: %s' % (len(told), wrong, missing))
sys.exit(1 if wrong or missing or len(told) < 10 else 0)
END
