"""Frames of the explorer: how long one takes while the start is dragged over Himmelblau's function.

It asks for Debian's chromium and chromium-driver, and the extra `browser`; so it is none of the
`bench_` scripts. The start goes round in 200 frames; orders 0 to 4 are all shown, and iterates,
flows, drift plot and readouts are made anew in every frame. Per frame, it prints the median time of
the page's own work on the clock, and the processor's time of the page's thread and of the whole
browser, which a busy machine changes little. Pin it to one core: taskset -c 0 python ...

    python benchmarks/explorer_frames.py [--json FILE]
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

import bea

FRAMES = 200
LINK = "loss=himmelblau&method=gradient-descent&gamma=0.01&time=0.1&all=1&order="
DRAG = """
const [frames, done] = arguments, { bea } = window, times = [];
let n = 0;
function frame() {
  const angle = (2 * Math.PI * n) / frames;
  const before = performance.now();
  Object.assign(bea.state, { start: [2.5 * Math.cos(angle), 2.5 * Math.sin(angle)] });
  bea.refresh();
  bea.paint();
  times.push(performance.now() - before);
  n += 1;
  if (n < frames) requestAnimationFrame(frame);
  else done(times.sort((a, b) => a - b)[frames / 2]);
}
requestAnimationFrame(frame);
"""


def driver() -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for switch in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,1000"):
        options.add_argument(switch)
    found = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    found.set_script_timeout(300)
    found.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    return found


def processor(root: int) -> float:
    """Return the processor's seconds of a process and all below it, on Linux."""
    parents, ticks = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        parents[int(folder.name)], ticks[int(folder.name)] = int(fields[1]), fields[11:13]
    below = {root}
    for _ in parents:
        more = {pid for pid, parent in parents.items() if parent in below} - below
        if not more:
            break
        below |= more
    total = sum(int(t) for pid in below for t in ticks.get(pid, ()))
    return total / os.sysconf("SC_CLK_TCK")


def thread(browser: Any) -> float:
    found = browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return next(m["value"] for m in found if m["name"] == "TaskDuration")


def main() -> None:
    rows = []
    with TemporaryDirectory() as folder:
        page = bea.explore().save(Path(folder) / "page.html").as_uri()
        browser = driver()
        pid = browser.service.process.pid
        print("orders   work, clock   page, processor   browser, processor   (ms a frame)")
        for order in range(5):
            browser.get("about:blank")
            browser.get(f"{page}#{LINK}{order}")
            before = thread(browser), processor(pid)
            clock = browser.execute_async_script(DRAG, FRAMES)
            after = thread(browser), processor(pid)
            own, whole = (1000 * (b - a) / FRAMES for a, b in zip(before, after, strict=True))
            rows.append({"order": order, "clock": clock, "page": own, "browser": whole})
            print(f"0–{order}      {clock:8.1f}      {own:8.1f}          {whole:8.1f}")
        browser.quit()
    if "--json" in sys.argv:
        Path(sys.argv[sys.argv.index("--json") + 1]).write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
