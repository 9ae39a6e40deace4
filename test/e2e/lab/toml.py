"""Writes the configurations of the tests: nested dictionaries as TOML."""

import json


def to_toml(table, path=()):
    lines, below = [], []
    for key, value in table.items():
        here = (*path, key)
        if isinstance(value, dict):
            below += [f"\n[{'.'.join(here)}]", to_toml(value, here)]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for item in value:
                below += [f"\n[[{'.'.join(here)}]]", to_toml(item, here)]
        else:
            lines.append(f"{key} = {json.dumps(value)}")  # what we use of TOML's values is written as in JSON
    return "\n".join(lines + below)
