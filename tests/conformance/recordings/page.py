"""Renders docs/emulator.md."""

import re
from collections import Counter

KINDS = ("same", "minor", "differs", "not imitated")

INTRODUCTION = """# The emulator compared with AWS

<!-- Generated: UPDATE_RECORDINGS=1 tests/conformance/run recordings -->

LocalStack's tests record the responses of real AWS accounts. `tests/conformance/run recordings` makes the same calls on the
local emulator, in its own words, and compares the responses: every member, error code and error text. Ids, names and dates
are placeholders.

*same*: no difference. *minor*: only members differ that a stack does not depend on, listed below. *differs*: the reason is in the
table. *not imitated*: the test calls an operation or sets a field that the emulator rejects with a 501. A difference without a reason
fails the suite, and so does a reason without a difference.
"""


def page(tables, minor):
    """The page for `{recording: [(test, verdict, reason)]}`."""
    text = [INTRODUCTION, "## Summary\n", _summary(tables), "\n## Minor differences\n"]
    text += ["| member | reason |", "|---|---|"]
    text += [f"| `{member}` | {reason} |" for member, reason in minor.items()]
    for name, rows in tables.items():
        text.append(f"\n## `test_{name}`\n")
        text += _table(rows)
    return "\n".join(text) + "\n"


def _summary(tables):
    lines = ["| recording | applicable | same | minor | differs | not imitated |", "|---|---|---|---|---|---|"]
    total = Counter()
    for name, rows in tables.items():
        counts = Counter(kind for _, kind, _ in rows)
        total += counts
        lines.append(_counts(f"`test_{name}`", counts))
    return "\n".join([*lines, _counts("**all**", total)])


def _counts(name, counts):
    applicable = sum(counts[kind] for kind in KINDS[:3])
    return f"| {name} | {applicable} | " + " | ".join(str(counts[kind]) for kind in KINDS) + " |"


def _table(rows):
    """One row a test; variants of one test with one result share a row, and what is not imitated is grouped by reason."""
    grouped = Counter()
    for test, kind, reason in rows:
        name = re.sub(r"\[.*", "", test)
        grouped["" if kind == "not imitated" else name, kind, reason] += 1
    lines = ["| test | result | difference |", "|---|---|---|"]
    for (name, kind, reason), count in grouped.items():
        if name:
            times = f" × {count}" if count > 1 else ""
            lines.append(f"| `{name.replace('::', ' ')}`{times} | {kind} | {reason or ''} |")
    for (name, kind, reason), count in grouped.items():
        if not name:
            lines.append(f"| {count} tests | {kind} | {reason or ''} |")
    return lines
