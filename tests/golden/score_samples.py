#!/usr/bin/python3
"""Score records against the hand-written expectations of the sample articles.

    score_samples.py RECORDS_DIR EXPECTED_DIR FLOORS MUST_HOLD

RECORDS_DIR holds NAME.json, one record per sample. Prints test lines (see tests/run.sh), and for people the scores and
every mismatch. Mentions are compared by field, text and type as multisets; an alias (a mention whose expected entity
has another name) is joined when the record gives it the same entity as that name.
"""
import collections
import json
import os
import sys


def f1(right, found, expected):
    return 2 * right / (found + expected) if found + expected else 1.0


def mentions_of(record):
    for entity in record["entities"]:
        for mention in entity["mentions"]:
            yield entity, mention


def wrong_offsets(record):
    return [m["text"] for _, m in mentions_of(record) if (record[m["field"]] or "")[m["begin"]:m["end"]] != m["text"]]


def broken_salience(record):
    return bool(record["entities"]) and abs(sum(e["salience"] for e in record["entities"]) - 1) > 0.01


def entities_with(record, surface):
    return {e["id"] for e, m in mentions_of(record) if m["text"] == surface}


def is_joined(record, surface, name):
    """The surface and the name are mentions of one entity, or the entity has the name."""
    named = {e["id"] for e in record["entities"] if e["name"] == name} | entities_with(record, name)
    return bool(entities_with(record, surface) & named)


def code_of(subject):
    return subject["qcode"].removeprefix("medtop:")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


class Scores:
    def __init__(self):
        self.mentions = [0, 0, 0]
        self.topics = [0, 0, 0]
        self.aliases = [0, 0]
        self.topic_articles = self.first_topic_right = 0
        self.offsets, self.salience = [], []

    def add(self, name, record, expected):
        self.offsets += [f"{name}: {text}" for text in wrong_offsets(record)]
        self.salience += [name] if broken_salience(record) else []
        want = collections.Counter((m["field"], m["text"], m["type"]) for m in expected["mentions"])
        have = collections.Counter((m["field"], m["text"], e["type"]) for e, m in mentions_of(record))
        counts = sum((want & have).values()), sum(have.values()), sum(want.values())
        self.mentions = [a + b for a, b in zip(self.mentions, counts)]
        for sign, rest in (("missed", want - have), ("extra ", have - want)):
            for (field, text, kind), count in sorted(rest.items()):
                print(f"# {name}: {sign} {kind} \"{text}\" in {field}" + (f" x{count}" if count > 1 else ""))
        self.add_aliases(name, record, expected)
        self.add_topics(name, record, expected)

    def add_aliases(self, name, record, expected):
        for text, entity in sorted({(m["text"], m["entity"]) for m in expected["mentions"] if m["text"] != m["entity"]}):
            if not entities_with(record, text):
                continue
            if not any(m["text"] == entity for m in expected["mentions"]) and \
                    not any(e["name"] == entity for e in record["entities"]):
                continue
            self.aliases[1] += 1
            if is_joined(record, text, entity):
                self.aliases[0] += 1
            else:
                print(f"# {name}: \"{text}\" is not joined with \"{entity}\"")

    def add_topics(self, name, record, expected):
        want, subjects = set(expected["topics"]), record["subjects"]
        have = {code_of(s) for s in subjects if s["level"] <= 2}
        self.topics = [a + b for a, b in zip(self.topics, (len(want & have), len(have), len(want)))]
        if want:
            self.topic_articles += 1
            self.first_topic_right += bool(subjects) and code_of(subjects[0]) in want
        if want != have:
            print(f"# {name}: topics {sorted(have)}, expected {sorted(want)}")


def test(name, passed, why):
    print(f"ok {name}" if passed else f"not ok {name}: {why}")
    return passed


def main():
    records_dir, expected_dir, floors_path, must_hold_path = sys.argv[1:]
    floors, must_hold, scores, passed = load(floors_path), load(must_hold_path), Scores(), True
    records = {}
    for file in sorted(os.listdir(expected_dir)):
        name = file.removesuffix(".json")
        records[name] = load(os.path.join(records_dir, file))
        scores.add(name, records[name], load(os.path.join(expected_dir, file)))
    measured = {
        "mention_f1": f1(*scores.mentions),
        "aliases_joined": scores.aliases[0] / max(1, scores.aliases[1]),
        "topic_f1": f1(*scores.topics),
        "first_topic_right": scores.first_topic_right / max(1, scores.topic_articles),
    }
    print(f"# mentions: {scores.mentions[0]} right of {scores.mentions[1]} found and {scores.mentions[2]} expected; "
          f"aliases: {scores.aliases[0]} of {scores.aliases[1]} joined")
    for measure, value in measured.items():
        passed &= test(f"samples_{measure}", value >= floors[measure], f"{value:.3f} is below the floor {floors[measure]}")
        print(f"# {measure} {value:.3f} (floor {floors[measure]:.3f})")
    passed &= test("samples_offsets_are_exact", not scores.offsets, "; ".join(scores.offsets[:5]))
    passed &= test("samples_salience_sums_to_one", not scores.salience, ", ".join(scores.salience))
    for name, must in must_hold.items():
        for surface, entity in must.get("joined", {}).items():
            passed &= test(f"samples_{name}_{surface}_is_{entity}".replace(" ", "_"),
                           is_joined(records[name], surface, entity), "not one entity")
        codes = {code_of(s) for s in records[name]["subjects"]}
        for code in must.get("topics", []):
            passed &= test(f"samples_{name}_has_topic_{code}", code in codes, f"only {sorted(codes)}")
        if "language" in must:
            record = records[name]
            passed &= test(f"samples_{name}_language", record["language"] == must["language"], record["language"])
            passed &= test(f"samples_{name}_has_no_entities", not record["entities"], "it is not English")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
