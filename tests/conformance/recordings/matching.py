"""Compares a response with a recorded one, whose ids, names and dates are placeholders."""

import datetime
import json
import re

PLACEHOLDER = re.compile(r"<[A-Za-z][A-Za-z0-9_.-]*(?::\d+)?>")
# A long name is recorded by its length, sometimes with a rest.
LENGTH = re.compile(r"<a:len\((\d+)\)>(a*)")
# Recorded in place of a moment, or of a number.
MOMENTS = {"too-old-log-event-end-index", "too-new-log-event-start-index", "date", "datetime", "<date>", "<datetime>", "timestamp", "<timestamp>"}
# AWS documents no order for these lists, and returns them in varying ones.
UNORDERED = {
    "items", "types", "binaryMediaTypes", "providerARNs", "warnings", "Aliases", "Functions", "Tags", "Statement",
    "AttachedPolicies", "PolicyNames", "Roles", "cacheKeyParameters", "authorizationScopes", "logGroups",
}  # fmt: skip
MISSING = object()


class Matcher:
    """Remembers what each placeholder of one test stood for: the same one must stand for the same value again."""

    def __init__(self, account):
        self.account = account
        self.bound = {}

    def bind(self, recorded, live):
        """Binds the placeholders that are a whole value, so that those within longer texts are found exactly."""
        if isinstance(recorded, dict) and isinstance(live, dict):
            for key in recorded.keys() & live.keys():
                self.bind(recorded[key], live[key])
        elif isinstance(recorded, list) and isinstance(live, list) and len(recorded) == len(live) == 1:
            self.bind(recorded[0], live[0])
        elif isinstance(recorded, str) and PLACEHOLDER.fullmatch(recorded) and recorded not in MOMENTS:
            self._matches(recorded, live)

    def differences(self, recorded, live, path=""):
        """Lists the differences as `(path, recorded, live)`, where `MISSING` is a member that is absent."""
        if isinstance(recorded, dict) and isinstance(live, dict):
            found = []
            for key in sorted({*recorded, *live}):
                at = f"{path}.{key}" if path else key
                if key not in live or key not in recorded:
                    found.append((at, recorded.get(key, MISSING), live.get(key, MISSING)))
                else:
                    found += self.differences(recorded[key], live[key], at)
            return found
        if isinstance(recorded, list) and isinstance(live, list):
            return self._lists(recorded, live, path)
        if isinstance(recorded, dict) and isinstance(live, str):
            # A document as text is recorded as the document.
            try:
                return self.differences(recorded, json.loads(live), path)
            except ValueError:
                pass
        return [] if self._matches(recorded, live) else [(path, recorded, live)]

    def _lists(self, recorded, live, path):
        if len(recorded) != len(live):
            return [(path, recorded, live)]
        if path.rsplit(".", 1)[-1] in UNORDERED:
            live = self._aligned(recorded, live)
        found = []
        for index, pair in enumerate(zip(recorded, live, strict=True)):
            found += self.differences(*pair, f"{path}.{index}")
        return found

    def _aligned(self, recorded, live):
        """The live items in the order of the recorded ones that they match best."""
        rest, aligned = list(live), []
        for item in recorded:
            costs = []
            for candidate in rest:
                trial = Matcher(self.account)
                trial.bound = dict(self.bound)
                costs.append(len(trial.differences(item, candidate)))
            best = costs.index(min(costs))
            aligned.append(rest.pop(best))
            self.differences(item, aligned[-1])
        return aligned

    def _matches(self, recorded, live):
        if isinstance(live, datetime.datetime):
            return isinstance(recorded, str) and (recorded in MOMENTS or PLACEHOLDER.fullmatch(recorded) is not None)
        if not isinstance(recorded, str):
            return type(recorded) is type(live) and recorded == live
        if recorded in MOMENTS:
            return live is not MISSING
        text = live if isinstance(live, str) else json.dumps(live)
        if not isinstance(live, str) and not PLACEHOLDER.fullmatch(recorded):
            return False
        text = text.replace(self.account, "111111111111")
        recorded = LENGTH.sub(lambda found: f"<a:len({int(found[1]) + len(found[2])})>", recorded)
        names = []
        pattern, end = "", 0
        for place in PLACEHOLDER.finditer(recorded):
            pattern += re.escape(recorded[end : place.start()])
            end = place.end()
            name = place[0]
            if ":" not in name:
                # Without a number, it stands for any value.
                pattern += "(?s:.+)"
            elif name in self.bound:
                pattern += re.escape(self.bound[name])
            elif name in names:
                pattern += f"(?P=p{names.index(name)})"
            else:
                pattern += f"(?P<p{len(names)}>(?s:.+?))"
                names.append(name)
        match = re.fullmatch(pattern + re.escape(recorded[end:]), text)
        if match:
            self.bound |= {name: match[f"p{index}"] for index, name in enumerate(names)}
        return match is not None
