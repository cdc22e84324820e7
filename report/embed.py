# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Puts the files of web/ together to one page, as C++ that links it in.

    python3 embed.py OUT.cc PAGE.html STYLE.css... SCRIPT.js...

Scripts share one scope, in their order; each opens with its license and
'use strict', which the page has once. Style sheets follow each other. In PAGE.html, the marks {{style}},
{{script}}, {{style_hash}}, {{script_hash}} and {{data}} are replaced. The
hashes are those of the content security policy: whatever else comes to stand in
a page neither runs nor has a style.
"""

import base64
import hashlib
import pathlib
import re
import sys

_LICENSE = re.compile(r"\A(?:(?://|/\*| \*|\*/|<!--|-->).*\n|\s*\n)+")

_CC = """// Made by report/embed.py from report/web/. Do not edit.

#include "orrery/report/page.h"

namespace orrery {{
namespace {{

constexpr char kBefore[] =
{before};

constexpr char kAfter[] =
{after};

}}  // namespace

absl::string_view PageBeforeData() {{
  return {{kBefore, sizeof(kBefore) - 1}};
}}

absl::string_view PageAfterData() {{ return {{kAfter, sizeof(kAfter) - 1}}; }}

}}  // namespace orrery
"""


def policy_hash(text):
    """The source of a content security policy that allows this text."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return "'sha256-" + base64.b64encode(digest).decode("ascii") + "'"


def script_of(sources):
    """The scripts as one, in a function that keeps their names from the page's."""
    parts = []
    for name, text in sources:
        body = text.replace("'use strict';\n", "", 1)
        if body == text:
            sys.exit(f"{name}: begin with 'use strict';")
        parts.append(_LICENSE.sub("", body).strip("\n"))
    return "(() => {\n'use strict';\n\n" + "\n\n".join(parts) + "\n})();\n"


def page_of(page, style, script):
    """The page's text before and after its data."""
    for name, text in (("style", style), ("script", script)):
        if "</" + name in text.lower() or "<!--" in text:
            sys.exit(f"the {name} must not have the end of its element in it, nor a comment's beginning")
    marks = {
        "style": style,
        "script": script,
        "style_hash": policy_hash(style),
        "script_hash": policy_hash(script),
    }
    before, after = page.split("{{data}}")
    pattern = re.compile(r"\{\{(\w+)\}\}")
    return tuple(pattern.sub(lambda match: marks[match[1]], half) for half in (before, after))


def literal(text):
    """A C++ string literal, a line of it for each line of the text."""
    lines = []
    for line in text.encode("utf-8").splitlines(keepends=True):
        escaped = "".join(
            chr(byte) if 32 <= byte < 127 and byte not in b'"\\?' else f"\\{byte:03o}" for byte in line
        )
        lines.append(f'    "{escaped}"')
    return "\n".join(lines)


def main(arguments):
    out, *paths = arguments[1:]
    texts = {path: pathlib.Path(path).read_text(encoding="utf-8") for path in paths}
    (page,) = [text for path, text in texts.items() if path.endswith(".html")]
    styles = [text for path, text in texts.items() if path.endswith(".css")]
    scripts = [(path, text) for path, text in texts.items() if path.endswith(".js")]
    before, after = page_of(
        _LICENSE.sub("", page), "\n".join(_LICENSE.sub("", text) for text in styles), script_of(scripts)
    )
    text = _CC.format(before=literal(before), after=literal(after))
    pathlib.Path(out).write_text(text, encoding="ascii")


if __name__ == "__main__":
    main(sys.argv)
