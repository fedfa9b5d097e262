#!/usr/bin/env python3
"""Makes the calls behind recorded answers of AWS on the local emulator, and prints docs/emulator.md.

usage: judge.py ENDPOINT [TEST]...

The recordings are read from the folder STACKCTL_RECORDINGS. Fails when an answer differs without a reason in
reasons.yaml, or when a reason is out of date. With names of tests, only these run, and no page is printed.
"""

import fnmatch
import json
import os
import pathlib
import sys

import yaml

from calls import Calls, Loader
from clean import clean
from matching import MISSING, Matcher
from page import page

HERE = pathlib.Path(__file__).parent
ACCOUNT = "000000000000"


def play(endpoint, scenario, steps, recorded):
    """Makes the calls of one test, and returns the differences as `(label, path, recorded, live)`."""
    calls, matcher, found = Calls(endpoint, scenario["service"]), Matcher(ACCOUNT), []
    labels = set()
    try:
        for step in steps:
            ((label, (operation, params, *rest)),) = step.items()
            live = calls.make(label, operation, params, rest[0] if rest else {})
            if label.startswith("_"):
                continue
            labels.add(label)
            if label not in recorded:
                raise AssertionError(f"{label} is not recorded")
            if isinstance(live, dict) and "ResponseMetadata" not in recorded[label]:
                live = {name: value for name, value in live.items() if name != "ResponseMetadata"}
            matcher.bind(recorded[label], live)
            found += [(label, *difference) for difference in matcher.differences(recorded[label], live)]
        found += [(label, "", recorded[label], MISSING) for label in recorded.keys() - labels]
    except (AssertionError, KeyError, IndexError, TypeError) as error:
        found.append(("", "", "the whole test", f"{type(error).__name__}: {error}"))
    finally:
        clean(calls)
    return found


def expanded(tables, test):
    """The steps of a test whose name combines a case of a table with one of its operations."""
    name, _, variant = test.rstrip("]").partition("[")
    table = tables.get(name) or {}
    for case, named in (table.get("cases") or {}).items():
        for operation, more in table["operations"].items():
            if variant == f"{case}-{operation}":
                # CreateFunction takes no qualifier of its own.
                names = [":".join(named)] if operation.startswith("create") else named
                params = {**more, **dict(zip(("FunctionName", "Qualifier"), names, strict=False))}
                return [*table["set-up"], {f"{operation}_exception": [operation, params, {"validation": True}]}]
    return None


def verdict(found, minor):
    """`same`, or `minor` where all that differs is absent members beside the point, or `differs`."""
    if not found:
        return "same"
    names = set()
    for _, path, recorded, live in found:
        name = next((part for part in path.split(".") if part in minor), None)
        if not name or MISSING not in (recorded, live):
            return "differs"
        names.add(name)
    return "minor", sorted(names)


def explain(test, reasons):
    """The reason of the first pattern that fits the name of the test."""
    for pattern, reason in reasons.items():
        if fnmatch.fnmatchcase(test, pattern.replace("[", "[[]")):
            return pattern, reason
    return None, None


def show(test, found):
    """Prints the differences of one test to stderr."""
    print(f"{test}:", file=sys.stderr)
    for label, path, recorded, live in found:
        place = f"{label}: {path}".rstrip(": ")
        print(f"  {place}\n    AWS:   {_text(recorded)}\n    local: {_text(live)}", file=sys.stderr)


def _text(value):
    return "(absent)" if value is MISSING else json.dumps(value, default=str)


def judge(endpoint, name, recordings, reasons, chosen):
    """The rows `(test, verdict, reason)` of one recording, and what is wrong with them or with the reasons."""
    scenario = yaml.load((HERE / "scenarios" / f"{name}.yaml").read_text(), Loader)
    recorded = json.loads((recordings / f"{scenario['recording']}.snapshot.json").read_text())
    known, others = reasons["differs"].get(name) or {}, reasons["not imitated"].get(name) or {}
    rows, wrong, used = [], [], set()
    for key, entry in recorded.items():
        test = key.split("::", 1)[1]
        steps = scenario["tests"].get(test) or expanded(scenario.get("tables") or {}, test)
        if chosen and not any(part in test for part in chosen):
            continue
        if not entry["recorded-content"]:
            rows.append((test, "not imitated", "nothing is recorded"))
            continue
        if steps is None:
            pattern, reason = explain(test, others)
            used.add(pattern)
            rows.append((test, "not imitated", reason))
            if not reason:
                wrong.append(f"{name}: {test} has no scenario, and no reason why not")
            continue
        found = play(endpoint, scenario, steps, entry["recorded-content"] or {})
        result = verdict(found, reasons["minor"])
        if result == "differs":
            pattern, reason = explain(test, known)
            used.add(pattern)
            rows.append((test, "differs", reason))
            if not reason:
                wrong.append(f"{name}: {test} differs without a reason")
            if chosen or not reason:
                show(test, found)
        elif result == "same":
            rows.append((test, "same", ""))
        else:
            rows.append((test, "minor", ", ".join(f"`{member}`" for member in result[1])))
    if not chosen:
        stale = [pattern for pattern in [*known, *others] if pattern not in used]
        wrong += [f"{name}: the reason for {pattern} explains nothing" for pattern in stale]
        unrecorded = scenario["tests"].keys() - {key.split("::", 1)[1] for key in recorded}
        wrong += [f"{name}: {test} is not recorded" for test in sorted(unrecorded)]
    return rows, wrong


def main():
    endpoint, *chosen = sys.argv[1:]
    recordings = pathlib.Path(os.environ["STACKCTL_RECORDINGS"])
    reasons = yaml.safe_load((HERE / "reasons.yaml").read_text())
    tables, wrong = {}, []
    for path in sorted((HERE / "scenarios").glob("*.yaml")):
        tables[path.stem], found = judge(endpoint, path.stem, recordings, reasons, chosen)
        wrong += found
    if not chosen:
        print(page(tables, reasons["minor"]), end="")
    for problem in wrong:
        print(problem, file=sys.stderr)
    counts = {kind: sum(row[1] == kind for rows in tables.values() for row in rows) for kind in ("same", "minor", "differs", "not imitated")}
    print(counts, file=sys.stderr)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
