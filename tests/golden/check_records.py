#!/usr/bin/python3
"""Checks records: one JSON object a line on standard input.

    check_records.py [--format copydesk|augment|ninjs] [--key copydesk] < records.jsonl

Validates every record against its schema (config/record.schema.json; for ninjs the official one from
../shared/data/iptc, when it is there) and then what a schema cannot say: every mention's offsets give its text
in the record's unit, mentions are in order, entities by salience, salience sums to 1, a subject's URI and qcode
agree, nothing stands twice. Prints a line per fault and a summary; exit status 1 when there was a fault or no
record at all, 77 when ninjs cannot be validated.
"""

import argparse
import json
import pathlib
import re
import sys

import jsonschema

HERE = pathlib.Path(__file__).resolve().parent
RECORD_SCHEMA = HERE / "../../config/record.schema.json"
NINJS_SCHEMAS = HERE / "../../../shared/data/iptc/ninjs-schemas"
GEOJSON_URI = "https://geojson.org/schema/GeoJSON.json"
UNIT_ENCODING = {"utf8": ("utf-8", 1), "utf16": ("utf-16-le", 2)}


class Duplicate(ValueError):
    """A member that stands twice in one object."""


def without_duplicates(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Duplicate("a member stands twice: " + ", ".join(key for key, _ in pairs))
    return members


def cut(text, begin, end, unit):
    """The part [begin, end) of a text, counted in the unit; None when it cuts a character."""
    if unit == "codepoint":
        return text[begin:end]
    encoding, width = UNIT_ENCODING[unit]
    try:
        return text.encode(encoding)[begin * width : end * width].decode(encoding)
    except UnicodeDecodeError:
        return None


def field_text(article, name):
    """A text by the name that mentions give: a member's name, or a path such as bodies[0].value."""
    value = article
    for step in re.findall(r"[^.\[\]]+", name) if name not in article else [name]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def check_mentions(entity, article, unit):
    previous = None
    for mention in entity["mentions"]:
        try:
            text = field_text(article, mention["field"])
        except (KeyError, IndexError, TypeError, ValueError):
            text = None
        if text is None:
            if mention["field"] != "body":  # the body may be left out of records
                yield f"field {mention['field']!r} is not there"
            continue
        found = cut(text, mention["begin"], mention["end"], unit)
        if found != mention["text"]:
            yield f"[{mention['begin']}, {mention['end']}) of {mention['field']} is {found!r}, not {mention['text']!r}"
        place = (mention["field"], mention["begin"])
        if previous and previous[0] == place[0] and previous[1] >= place[1]:
            yield f"mentions of {entity['name']!r} are not in text order"
        previous = place


def check_entities(record, article):
    entities = record["entities"]
    for entity in entities:
        yield from check_mentions(entity, article, record["offset_unit"])
    saliences = [entity["salience"] for entity in entities]
    if saliences != sorted(saliences, reverse=True):
        yield "entities are not sorted by salience"
    if entities and abs(sum(saliences) - 1) > 0.0001 * len(entities) + 0.001:
        yield f"salience sums to {sum(saliences):.4f}"
    ids = [entity["id"] for entity in entities]
    if len(set(ids)) != len(ids):
        yield "two entities have one id"


def check_subjects(record):
    subjects = record["subjects"]
    levels = [subject["level"] for subject in subjects]
    if levels != sorted(levels):
        yield "subjects are not sorted by level"
    for subject in subjects:
        if subject["uri"].rsplit("/", 1)[1] != subject["qcode"].split(":")[1]:
            yield f"{subject['uri']} is not {subject['qcode']}"
    if len({subject["qcode"] for subject in subjects}) != len(subjects):
        yield "a subject stands twice"


def check_language(record):
    if "language_not_supported" in record["warnings"] and (record["entities"] or record["subjects"]):
        yield "an unsupported language, yet entities or subjects"


def check_content(record, article, validator):
    """What the schema says, and only when that holds what it cannot say."""
    faults = list(schema_faults(record, validator))
    if faults:
        return faults
    return [*check_entities(record, article), *check_subjects(record), *check_language(record)]


def check_augmented(article, validator, key):
    if not isinstance(article, dict) or key not in article:
        return [f"no member {key!r}"]
    return check_content(article[key], article, validator)


def schema_faults(record, validator):
    for fault in validator.iter_errors(record):
        yield f"schema: /{'/'.join(map(str, fault.absolute_path))}: {fault.message[:200]}"


URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+\Z")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")


def format_checker():
    """The formats that ninjs uses; the library checks them only with packages that are not in Debian's base."""
    checker = jsonschema.FormatChecker(formats=())
    checker.checks("uri")(lambda value: not isinstance(value, str) or bool(URI.match(value)))
    checker.checks("date-time")(lambda value: not isinstance(value, str) or bool(DATE_TIME.match(value)))
    return checker


def native_validator(part):
    schema = json.loads(RECORD_SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    if part:
        schema = {**schema["$defs"][part], "$defs": schema["$defs"], "x": schema["properties"]}
        schema = json.loads(json.dumps(schema).replace("#/properties/", "#/x/"))
    return jsonschema.Draft202012Validator(schema)


def ninjs_validator():
    path = NINJS_SCHEMAS / "ninjs-schema_3.1.json"
    if not path.exists():
        print("no ninjs schemas: they are in ../shared/data/iptc")
        sys.exit(77)
    schema = json.loads(path.read_text("utf-8"))
    geojson = json.loads((NINJS_SCHEMAS / "geojson.schema.json").read_text("utf-8"))
    store = {GEOJSON_URI: geojson, GEOJSON_URI + "#": geojson}
    resolver = jsonschema.RefResolver.from_schema(schema, store=store)
    return jsonschema.Draft202012Validator(schema, resolver=resolver, format_checker=format_checker())


def record_checker(record_format, key):
    if record_format == "ninjs":
        validator = ninjs_validator()
        return lambda record: schema_faults(record, validator)
    if record_format == "augment":
        validator = native_validator("augmentation")
        return lambda article: check_augmented(article, validator, key)
    validator = native_validator(None)
    return lambda record: check_content(record, record, validator)


def faults_of(line, check):
    try:
        record = json.loads(line.decode("utf-8"), object_pairs_hook=without_duplicates)
    except (ValueError, UnicodeDecodeError) as fault:
        return [f"not JSON: {fault}"]
    return list(check(record))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--format", choices=["copydesk", "augment", "ninjs"], default="copydesk")
    parser.add_argument("--key", default="copydesk", help="the member that augment adds")
    arguments = parser.parse_args()
    check = record_checker(arguments.format, arguments.key)
    records = faulty = 0
    for number, line in enumerate(sys.stdin.buffer, 1):
        faults = faults_of(line, check)
        records += 1
        faulty += bool(faults)
        for fault in faults[:10]:
            print(f"record {number}: {fault}")
    print(f"{records} records, {faulty} with faults")
    return 1 if faulty or not records else 0


if __name__ == "__main__":
    sys.exit(main())
