#!/bin/bash
# The README's list of settings is the table's, and it names every command.
set -u
cd "$(dirname "$0")/../.."
program=${BUILD:-build}/copydesk

listed=$(grep -E '^\| `[a-z]+\.[a-z_]+` \|' README.md)
known=$("$program" check --print-markdown | grep -E '^\| `')
if [ -n "$known" ] && [ "$listed" = "$known" ]; then
    echo "ok the_readme_lists_every_setting_as_it_is"
else
    echo "not ok the_readme_lists_every_setting_as_it_is: copy \`copydesk check --print-markdown\` into README.md"
fi

missing=""
for command in $("$program" --help | sed -nE 's/^  ([a-z]+) .*/\1/p'); do
    grep -q "^| \`copydesk $command" README.md || missing="$missing $command"
done
if [ -z "$missing" ]; then
    echo "ok the_readme_names_every_command"
else
    echo "not ok the_readme_names_every_command: missing$missing"
fi
