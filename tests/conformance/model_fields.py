"""Compares fields of config.json with the shapes of AWS's models that they are sent as."""

import re

from model_shapes import bounds, characters


class Comparison:
    """Rows of the page, counts and problems."""

    def __init__(self):
        self.rows, self.problems, self.verdicts = [], [], {"equal": 0, "narrower": 0, "wider": 0, "ours alone": 0}

    def counts(self):
        return ", ".join(f"{count} {verdict}" for verdict, count in self.verdicts.items())

    def add(self, field, what, ours, theirs, verdict, reason=""):
        self.verdicts[verdict] += 1
        cells = [f"`{field}`", what, ours, theirs, verdict, reason]
        self.rows.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
        if verdict in ("narrower", "wider") and not reason:
            self.problems.append(f"{field}: {what}: ours {ours}, AWS's {theirs}: no reason is given")


def leaves(schema, node, path=""):
    """Every field of the schema that is not an object: its path and its schema."""
    while "$ref" in node or "allOf" in node:
        reference = node.get("$ref") or node["allOf"][0]["$ref"]
        node = schema["definitions"][reference.removeprefix("#/definitions/")]
    inner = [(name, child) for name, child in node.get("properties", {}).items()]
    if isinstance(node.get("additionalProperties"), dict):
        inner.append(("*", node["additionalProperties"]))
    if isinstance(node.get("items"), dict):
        inner.append(("*", node["items"]))
    choices = [choice for choice in node.get("oneOf", []) if "const" not in choice]
    for choice in choices:
        yield from leaves(schema, choice, path)
    if len(choices) < len(node.get("oneOf", [])) or (not inner and not choices and node.get("type") != "boolean"):
        yield path, node
    for name, child in inner:
        if path or name not in ("$schema", "stages"):
            yield from leaves(schema, child, f"{path}.{name}" if path else name)


def compare(models, given, reasons):
    """Compares every field; a field that no model has needs a reason."""
    comparison, known = Comparison(), set()
    limits = {}
    for limit in given["limits"]:
        limits.setdefault(limit["field"] + (" (name)" if limit["kind"] == "name" else ""), []).append(limit)
    words = {}
    for path, node in leaves(given["schema"], given["schema"]):
        limits.setdefault(path, [])
        words[path] = [choice["const"] for choice in node.get("oneOf", []) if "const" in choice]
    for field in sorted(limits):
        above = [name for name in reasons if name.endswith(".**") and field.startswith(name.removesuffix("**"))]
        name = field if field in reasons else next(iter(above), None)
        if name is None:
            comparison.problems.append(f"{field}: constraints.toml does not say what it becomes")
            continue
        entry = reasons[name]
        if name in known:
            continue
        known.add(name)
        used = compare_field(models, comparison, name, entry, limits[field], words.get(field, []))
        for name in set(entry) - used - {"aws", "says", "none", "unit"}:
            comparison.problems.append(f"{field}: a reason for `{name}`, and no difference")
    for field in sorted(set(reasons) - known):
        comparison.problems.append(f"{field}: constraints.toml names it, and config.json has no such field")
    return comparison


def compare_field(models, comparison, field, entry, limits, words):
    """Compares one field, and returns the names of the reasons that were used."""
    used = set()
    said = "; ".join(ours(limit) for limit in limits)
    if "none" in entry:
        comparison.add(field, "", said, "", "ours alone", entry["none"])
    for name in entry.get("aws", []):
        shape = models.shape(name)
        for what, mine, theirs, verdict in aspects(shape, limits, words, entry.get("unit", 1)):
            if verdict in ("narrower", "wider"):
                used.add(what)
            comparison.add(field, f"{what} ({name})", mine, theirs, verdict, entry.get(what, "") if verdict != "equal" else "")
    for name, sentence in entry.get("says", {}).items():
        text = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", models.shape(name).documentation))
        if sentence not in text:
            comparison.problems.append(f"{field}: the documentation of {name} does not say: {sentence}")
        comparison.add(field, name, said, f"“{sentence}”", "equal")
        for choice in [limit["choice"] for limit in limits if limit.get("choice")]:
            if choice != [int(number) for number in re.findall(r"\d+", sentence)]:
                comparison.problems.append(f"{field}: ours are {choice}")
    return used


def ours(limit):
    if limit.get("choice"):
        return "one of " + ", ".join(map(str, limit["choice"]))
    if limit["kind"] == "words":
        return f"{len(limit['words'])} words"
    unit = {"number": "", "items": " items"}.get(limit["kind"], " characters")
    alphabet = f" of `{limit['class']}`" if limit.get("class") else ""
    return f"{limit['least']} to {limit['most']}{unit}{alphabet}"


def aspects(shape, limits, words, unit):
    """Compares bounds, characters and enum values, as far as the shape has them."""
    least, most = bounds(shape)
    for limit in [limit for limit in limits if limit["kind"] != "words"]:
        mine, most_mine = limit["least"] * unit, limit["most"] * unit
        if shape.type_name in ("integer", "string", "list") and not shape.metadata.get("enum"):
            if mine != least:
                yield "least", mine, least, "narrower" if mine > least else "wider"
            else:
                yield "least", mine, least, "equal"
            if most is not None:
                yield "most", most_mine, most, "equal" if most == most_mine else ("narrower" if most_mine < most else "wider")
        if "pattern" in shape.metadata:
            mine, theirs = characters(f"(?:{limit['class'] or '(?s:.)'})*"), characters(shape.metadata["pattern"])
            verdict = "equal" if mine == theirs else ("narrower" if mine < theirs else "wider")
            yield "characters", f"`{limit['class'] or 'any'}`", f"`{shape.metadata['pattern']}`", verdict
    enum = shape.metadata.get("enum")
    if enum:
        mine = words or [word for limit in limits for word in limit.get("words", [])]
        more, less = sorted(set(mine) - set(enum)), sorted(set(enum) - set(mine))
        verdict = "wider" if more else ("narrower" if less else "equal")
        yield "words", f"{len(mine)} words" + ("" if not more else f", also {', '.join(more)}"), (
            f"{len(enum)} words" + ("" if not less else f", also {', '.join(less)}")
        ), verdict
