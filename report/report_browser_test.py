# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests reports in a browser, as their readers use them.

    python3 report_browser_test.py MAKE_SAMPLES TUTORIAL TRANSFER_TEST ORRERY MODULE.bazel

Pictures of all pages are kept among the outputs of the test.
"""

import base64
import hashlib
import html.parser
import os
import pathlib
import sys
import tempfile
import unittest

import browser
import pictures

LARGE = 1_000_000

# Filled in by main().
PROGRAMS = {}
FOLDER = pathlib.Path()
OUTPUTS = pathlib.Path()


def setUpModule():
    events = os.environ.get("ORRERY_LARGE_REPORT", str(LARGE))
    status = os.spawnv(os.P_WAIT, PROGRAMS["make_samples"], [PROGRAMS["make_samples"], str(FOLDER), events])
    if status != 0:
        raise AssertionError(f"make_samples: {status}")


class Page(html.parser.HTMLParser):
    """The policy of a page, and what it is about."""

    def __init__(self, text):
        super().__init__()
        self.policy = ""
        self.blocks = []  # of style and script, with their attributes
        self._open = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]
        if tag in ("style", "script"):
            self._open = [tag, values, ""]

    def handle_data(self, data):
        if self._open:
            self._open[2] += data

    def handle_endtag(self, tag):
        if self._open and self._open[0] == tag:
            self.blocks.append(self._open)
            self._open = None


class PolicyTest(unittest.TestCase):
    def test_allows_only_the_style_and_the_script_of_the_page(self):
        page = Page((FOLDER / "sample.html").read_text(encoding="utf-8"))
        directives = dict(part.split(maxsplit=1) for part in page.policy.split("; "))
        self.assertEqual(directives.pop("default-src"), "'none'")
        self.assertEqual(directives.pop("base-uri"), "'none'")
        self.assertEqual(directives.pop("form-action"), "'none'")
        hashes = {"style": [], "script": []}
        for tag, attributes, text in page.blocks:
            if attributes.get("type") == "text/plain":
                continue  # the data: browsers run no such script
            digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
            hashes[tag].append(f"'sha256-{digest}'")
        self.assertEqual([directives.pop("style-src")], hashes["style"])
        self.assertEqual([directives.pop("script-src")], hashes["script"])
        self.assertEqual(directives, {})


class ReportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.window = browser.Browser()
        cls.window.allow_clipboard()

    @classmethod
    def tearDownClass(cls):
        cls.window.__exit__()

    def open(self, name, fragment=""):
        self.window.resize(1400, 900)
        self.window.set_dark(False)
        return self.window.open(FOLDER / f"{name}.html", fragment)

    def tearDown(self):
        self.window.screenshot(OUTPUTS / f"{self.id().split('.')[-1]}.png")
        self.assertEqual(self.window.messages(), [])

    def failed(self):
        return int(self.window.text(".jump").removeprefix("event #"))

    def listed(self):
        """The numbers of the events in the list that are in sight."""
        return self.window.run(
            "const list = document.querySelector('#list').getBoundingClientRect();"
            "return [...document.querySelectorAll('.row')].filter((row) => {"
            "  const box = row.getBoundingClientRect();"
            "  return box.top >= list.top - 1 && box.bottom <= list.bottom + 1;"
            "}).map((row) => Number(row.querySelector('.number').textContent.slice(1)));"
        )

    def test_opens_at_the_failure(self):
        self.open("cluster")
        failed = self.failed()
        self.assertEqual(self.window.selected(), failed)
        self.assertIn(failed, self.listed())
        self.assertIn("failure", self.window.text("#panel-event .badge"))
        first, last = self.window.text("#range").split(" of ")[0].replace("#", "").split(" to ")
        self.assertLess(int(first), failed)
        self.assertGreater(int(last), failed)
        self.assertIn("two leaders in term 3", self.window.text(".message"))
        banner = self.window.text("#banner")
        for part in ("ReportTest.ElectsOneLeader", "replica.cc:220", "seed42", "schedulerrandom", "run0"):
            self.assertIn(part, banner)

    def test_has_something_on_every_part_of_the_picture(self):
        self.open("cluster")
        colors = self.window.run(
            "const canvas = document.querySelector('#canvas');"
            "const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);"
            "const seen = new Set();"
            "for (let i = 0; i < data.length; i += 4) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);"
            "return ['run', 'ready', 'message', 'choice', 'failure'].filter((name) => {"
            "  const value = getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();"
            "  return !seen.has(parseInt(value.slice(1), 16));"
            "});"
        )
        self.assertEqual(colors, [])

    def test_copies_the_two_commands(self):
        self.open("cluster")
        for name, part in (("rerun", "bazel test //examples/cluster"), ("replay", "--orrery_replay='it'\\''s.orrery'")):
            self.window.click(f"#copy-{name}")
            self.window.driver.set_script_timeout(10)
            copied = self.window.driver.execute_async_script(
                "const done = arguments[0]; navigator.clipboard.readText().then(done, (e) => done('' + e));"
            )
            self.assertIn(part, copied)
            self.assertEqual(self.window.text(f"#copy-{name}"), "Copied")

    def test_goes_through_events_by_keys(self):
        self.open("cluster")
        failed = self.failed()
        self.window.press("j", "j", "k")
        self.assertEqual(self.window.selected(), failed + 1)
        self.window.press("f")
        self.assertEqual(self.window.selected(), failed)
        task = self.window.text(".row[aria-selected=true] .task")
        self.window.press("p")
        self.assertLess(self.window.selected(), failed)
        self.assertEqual(self.window.text(".row[aria-selected=true] .task"), task)
        self.window.press("n")
        self.assertEqual(self.window.selected(), failed)
        self.window.press("c")
        self.assertEqual(self.window.text(".row[aria-selected=true] .text"), "runs")
        self.window.press("c")
        self.assertEqual(self.window.text(".row[aria-selected=true] .text"), f"wakes {task}")
        self.window.press("b", "b")
        self.assertEqual(self.window.selected(), failed)
        for _ in range(30):
            self.window.press("j")
        self.assertIn(self.window.selected(), self.listed())

    def test_zooms_and_moves_by_keys_and_by_the_wheel(self):
        self.open("cluster")
        near = self.window.text("#range")
        self.window.press("-")
        far = self.window.text("#range")
        self.assertNotEqual(near, far)
        self.window.press("+")
        self.assertEqual(self.window.text("#range"), near)
        self.window.press("ARROW_RIGHT")
        self.assertNotEqual(self.window.text("#range"), near)
        self.window.press("0")
        self.assertTrue(self.window.text("#range").startswith("#0 to #1"), self.window.text("#range"))
        whole = self.window.text("#range")
        self.window.run(
            "const canvas = document.querySelector('#canvas');"
            "const {left, top} = canvas.getBoundingClientRect();"
            "canvas.dispatchEvent(new WheelEvent('wheel', {deltaY: -300, clientX: left + 700, clientY: top + 100,"
            " bubbles: true, cancelable: true}));"
        )
        self.window.settle()
        self.assertNotEqual(self.window.text("#range"), whole)

    def test_shows_simulated_time_from_left_to_right(self):
        self.open("cluster")
        self.window.press("t")
        self.assertEqual(self.window.find("#by-time").get_attribute("aria-pressed"), "true")
        self.assertIn(" to #", self.window.text("#range"))
        self.window.click("#by-step")
        self.assertEqual(self.window.find("#by-time").get_attribute("aria-pressed"), "false")

    def test_picks_the_event_that_is_clicked_in_the_picture(self):
        self.open("cluster")
        before = self.window.selected()
        canvas = self.window.find("#canvas")
        chain = browser.webdriver.ActionChains(self.window.driver)
        # In the scheduler's row, left of the middle.
        chain.move_to_element_with_offset(canvas, -200, -canvas.size["height"] // 2 + 43).click().perform()
        self.window.settle()
        self.assertNotEqual(self.window.selected(), before)
        self.assertIn(self.window.selected(), self.listed())
        self.assertEqual(self.window.text(".row[aria-selected=true] .task"), "loop")

    def test_filters_by_text_kind_and_task(self):
        self.open("cluster", "#e=100")
        self.window.press("/")
        self.window.type("#filter", "kind:log")
        self.assertEqual(set(self.window.texts(".row .text")), {"log: term 3: vote granted"})
        self.window.type("#filter", "task:rpc -kind:choice wakes,")
        self.assertIn("no event fits", self.window.text("#matches"))
        self.window.type("#filter", "task:ticker kind:message_sent append")
        for task, text in zip(self.window.texts(".row .task"), self.window.texts(".row .text")):
            self.assertTrue(task.startswith("ticker#"), task)
            self.assertIn("AppendEntries", text)
        self.assertRegex(self.window.text("#matches"), r"^\d+ of 15\d\d events$")
        self.window.press("ENTER", "j")
        first = self.window.selected()
        self.window.press("j")
        self.assertEqual(self.window.text(".row[aria-selected=true] .sign"), "→")
        self.assertGreater(self.window.selected(), first)
        self.window.press("ESCAPE")
        self.assertEqual(self.window.text("#matches"), "")

    def test_shows_arguments_source_and_the_whole_chain_of_causes(self):
        self.open("cluster")
        panel = self.window.text("#panel-event")
        self.assertIn("examples/cluster/replica.cc:220 ElectsOneLeader", panel)
        self.assertIn("woken by", panel)
        before = len(self.window.texts(".chain .event"))
        self.window.click(".chain .link")
        self.assertGreater(len(self.window.texts(".chain .event")), before)
        self.assertIn("loop", self.window.texts(".chain")[0])
        self.window.click(".chain .event")
        self.assertLess(self.window.selected(), self.failed())

    def test_shows_who_was_chosen_among_whom(self):
        self.open("cluster")
        self.window.type("#filter", "kind:choice")
        self.window.press("ENTER", "j")
        self.assertEqual(len(self.window.texts(".candidates .chosen")), 1)
        self.assertGreater(len(self.window.texts(".candidates li")), 1)

    def test_shows_blocked_tasks_as_a_tree(self):
        self.open("sample")
        self.window.click("#tab-tasks")
        panel = self.window.text("#panel-tasks")
        self.assertIn('client#2 waits for Mutex "state" held by helper#5', panel)
        indents = self.window.run(
            "return [...document.querySelectorAll('.tree .task')].map((e) => parseInt(e.style.paddingInlineStart) || 0);"
        )
        self.assertEqual(indents, sorted(indents[:3]) + [0])

    def test_opens_at_the_event_of_its_address(self):
        self.open("cluster", "#e=700")
        self.assertEqual(self.window.selected(), 700)
        self.assertIn(700, self.listed())
        self.window.run("location.hash = '#e=12';")
        self.window.settle()
        self.assertEqual(self.window.text("#panel-event .title .number"), "#12")

    def test_is_dark_where_the_system_is_and_where_the_reader_wants_it(self):
        background = "return getComputedStyle(document.body).backgroundColor;"
        self.open("cluster")
        light = self.window.run(background)
        self.window.press("d")
        dark = self.window.run(background)
        self.assertNotEqual(light, dark)
        self.window.click("#theme-button")
        self.assertEqual(self.window.run(background), light)
        self.window.run("localStorage.clear();")
        self.window.set_dark(True)
        self.window.open(FOLDER / "cluster.html")
        self.assertEqual(self.window.run(background), dark)

    def test_has_help_for_its_keys(self):
        self.open("cluster")
        self.window.press("?")
        self.assertTrue(self.window.run("return document.querySelector('#help').open;"))
        self.window.screenshot(OUTPUTS / "help.png")
        self.window.press("ESCAPE")
        self.assertFalse(self.window.run("return document.querySelector('#help').open;"))

    def test_text_of_a_hostile_trace_stays_text(self):
        self.open("hostile")
        for key in ("tab-tasks", "tab-run", "tab-event"):
            self.window.click(f"#{key}")
        for number in range(91):
            self.window.run("location.hash = '#e=' + arguments[0];", number)
        self.window.settle()
        title = self.window.run("return document.title;")
        self.assertNotEqual(title, "orrery_hostile")
        self.assertEqual(self.window.run("return document.images.length + document.scripts.length;"), 1)
        message = self.window.text(".message")
        self.assertIn("</script><script>", message)
        self.assertIn("\\u202e", message)
        self.assertIn("\\u2028", message)
        self.assertIn("\ufffd", message)
        self.assertNotIn("\u202e", self.window.run("return document.body.textContent;"))

    def test_says_what_was_cut(self):
        self.open("window")
        self.assertRegex(self.window.text(".notice"), r"holds 200 events .* \d+ before and \d+ after were cut")
        self.assertEqual(self.window.selected(), self.failed())

    def test_of_a_trace_of_choices_says_how_to_get_the_events(self):
        self.open("choices")
        self.assertIn("--orrery_trace_level=events", self.window.text(".notice"))
        self.assertEqual(len(self.window.texts(".row")), 2)
        self.assertIn('choice of data "amount": 3 of 4', self.window.texts(".row .text"))

    def test_of_an_empty_trace_says_so(self):
        self.open("empty")
        self.assertIn("no events", self.window.text("#panel-event"))
        self.window.press("j", "k", "n", "p", "c", "f", "0", "+", "-", "t")

    def test_of_one_task_shows_it(self):
        self.open("one")
        self.assertEqual(self.window.text(".verdict"), "completed")
        self.assertEqual(self.listed(), [0, 1, 2])

    def test_fits_narrow_windows(self):
        for width in (360, 800):
            self.window.resize(width, 800)
            self.window.open(FOLDER / "cluster.html")
            wide = self.window.run("return document.documentElement.scrollWidth;")
            self.assertLessEqual(wide, width)
            self.window.screenshot(OUTPUTS / f"narrow_{width}.png")

    def test_opens_a_million_events(self):
        took = self.open("large")
        failed = self.failed()
        self.assertIn(failed, self.listed())
        size = (FOLDER / "large.html").stat().st_size
        # For people, and for whoever keeps numbers: how long is not asserted.
        print(f"large.html: {size} bytes, ready after {took} ms")
        (OUTPUTS / "large.txt").write_text(f"bytes {size}\nready_ms {took}\n")
        self.window.press("j")
        self.assertEqual(self.window.selected(), failed + 1)
        self.window.type("#filter", "kind:failure")
        self.assertIn("1 of ", self.window.text("#matches"))
        self.window.press("ESCAPE", "ESCAPE", "0")
        self.window.screenshot(OUTPUTS / "large_whole.png")
        # The list reaches both ends.
        self.window.run("const list = document.querySelector('#list'); list.scrollTop = list.scrollHeight;")
        self.window.settle()
        last = int(self.window.text("#range").split(" of ")[1].split()[0]) - 1
        self.assertIn(last, self.listed())


class PicturesTest(unittest.TestCase):
    def test_can_be_made_anew(self):
        programs = [PROGRAMS[name] for name in ("tutorial", "transfer", "orrery")]
        folder = FOLDER / "pictures"
        folder.mkdir()
        pictures.take(pictures.make_reports(*programs, folder), OUTPUTS)
        for picture in pictures.PICTURES:
            self.check(OUTPUTS / picture)

    def test_are_in_docs(self):
        for picture in pictures.PICTURES:
            self.check(pathlib.Path(PROGRAMS["module"]).resolve().parent / "docs" / picture)

    def check(self, path):
        self.assertTrue(path.exists(), f"{path}: make it with ./bazelw run //report:update_pictures")
        data = path.read_bytes()
        self.assertEqual(pictures.png_size(data), (pictures.WIDTH, pictures.PICTURES[path.name]))
        self.assertLessEqual(len(data), pictures.MAX_BYTES)


def main(arguments):
    global FOLDER, OUTPUTS  # pylint: disable=global-statement
    if browser.is_skipped():
        print(f"skipped: {browser.SKIP_VARIABLE} is set")
        return
    browser.require()
    names = ("make_samples", "tutorial", "transfer", "orrery", "module")
    PROGRAMS.update(zip(names, map(os.path.abspath, arguments[1 : len(names) + 1])))
    with tempfile.TemporaryDirectory() as folder:
        FOLDER = pathlib.Path(folder)
        OUTPUTS = pathlib.Path(os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR", folder))
        unittest.main(argv=arguments[:1] + arguments[len(names) + 1 :], verbosity=2)


if __name__ == "__main__":
    main(sys.argv)
