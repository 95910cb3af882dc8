"""Writes what was measured into `docs/performance.md`, with a picture of the ratios beside it."""

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from tests.bench.inside import Row

Ratio = tuple[str, str, str, float, str, bool | None]
BEGIN: Final = "<!-- measured: begin -->"
END: Final = "<!-- measured: end -->"
WIDTH, LINE, SCALE, LEFT = 860, 26, 130, 400  # of the picture; SCALE is how wide a ratio of 1 is


def write(folder: Path, ratios: Sequence[Ratio], inner: Sequence[Row]) -> None:
    """Replace the measured part of the page; what people wrote around it stays."""
    (folder / "performance.svg").write_text(picture(ratios))
    page = folder / "performance.md"
    measured = "\n".join((BEGIN, *machine(), "", *outside(ratios), "", *inside(inner), END))
    page.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: measured, page.read_text(), flags=re.DOTALL))


def machine() -> list[str]:
    now = datetime.now(UTC)
    load = os.getloadavg()[0]
    return [
        "",
        f"{now:%Y-%m-%d} · `make bench` · {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, SQLite · load average at the end {load:.1f}",
    ]


def outside(ratios: Sequence[Ratio]) -> list[str]:
    head = [
        "| Against a bare Bolt app | bare | Sitrep | ratio | budget | |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    return head + [
        f"| {a} | {b} | {c} | {ratio:.2f} | {budget} | {word(kept)} |" for a, b, c, ratio, budget, kept in ratios
    ]


def inside(inner: Sequence[Row]) -> list[str]:
    head = ["| Inside Sitrep | | budget | |", "| --- | ---: | ---: | --- |"]
    return head + [f"| {row.what} | {row.figure} | {row.budget} | {word(row.kept)} |" for row in inner]


def word(kept: bool | None) -> str:
    return "" if kept is None else "within" if kept else "**over**"


def picture(ratios: Sequence[Ratio]) -> str:
    """A bar for each ratio; the budget is a line across it."""
    height = LINE * (len(ratios) + 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<line x1="{LEFT + SCALE}" x2="{LEFT + SCALE}" y1="0" y2="{height}" stroke="#888" stroke-dasharray="3"/>',
        f'<text x="{LEFT + SCALE + 4}" y="{height - 6}" fill="#666">bare Bolt app = 1</text>',
    ]
    for number, (what, _, _, ratio, budget, kept) in enumerate(ratios):
        parts += bar(number * LINE, what, ratio, budget, kept)
    return "\n".join([*parts, "</svg>"]) + "\n"


def bar(y: int, what: str, ratio: float, budget: str, kept: bool | None) -> list[str]:
    colour = "#9aa5b1" if kept is None else "#3a9d5d" if kept else "#d1495b"
    width = min(ratio * SCALE, WIDTH - LEFT - 60)
    found = [
        f'<text x="{LEFT - 8}" y="{y + 17}" text-anchor="end">{escape(what)}</text>',
        f'<rect x="{LEFT}" y="{y + 4}" width="{width:.0f}" height="{LINE - 8}" fill="{colour}"/>',
        f'<text x="{LEFT + width + 6:.0f}" y="{y + 17}">{ratio:.2f}</text>',
    ]
    limit = re.search(r"[0-9.]+", budget)
    if limit:
        x = LEFT + float(limit[0]) * SCALE
        found.append(
            f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{y + 1}" y2="{y + LINE - 1}" stroke="black" stroke-width="2"/>'
        )
    return found
