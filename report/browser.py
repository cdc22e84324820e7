# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""A browser without a window, for the tests of reports."""

import os
import pathlib
import shutil
import sys
import tempfile
import time

# Debian's packages are for Debian's Python, which need not be the first one on PATH.
_SYSTEM_PYTHON = "/usr/bin/python3"

SKIP_VARIABLE = "ORRERY_SKIP_BROWSER_TESTS"
_ADVICE = (
    "install Debian's packages chromium, chromium-driver and python3-selenium (./bazelw test does), "
    f"or set {SKIP_VARIABLE}=1 (--test_env={SKIP_VARIABLE}=1) to go without the tests of reports in a browser"
)

try:
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    if os.path.realpath(sys.executable) != os.path.realpath(_SYSTEM_PYTHON) and os.path.exists(_SYSTEM_PYTHON):
        os.execv(_SYSTEM_PYTHON, [_SYSTEM_PYTHON, "-B", *sys.argv])
    webdriver = None

# How long a page may take until it says that it is ready. Not a promise: only so that a test ends.
_PATIENCE_S = 120


def is_skipped():
    return os.environ.get(SKIP_VARIABLE, "") not in ("", "0")


def require():
    """Ends the program, saying what to do, unless there is a browser."""
    missing = [] if webdriver else ["python3-selenium"]
    missing += [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    if missing:
        sys.exit(f"there is no {', '.join(missing)}: {_ADVICE}")


class Browser:
    """A window of 1400 by 900 pixels, unless said otherwise; to be used with `with`."""

    def __init__(self, width=1400, height=900, dark=False):
        self._profile = tempfile.TemporaryDirectory(prefix="orrery_browser_", ignore_cleanup_errors=True)
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={self._profile.name}",
        ):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.chrome.service.Service(shutil.which("chromedriver"))
        self.driver = webdriver.Chrome(service=service, options=options)
        self.resize(width, height)
        self.set_dark(dark)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()
        self._profile.cleanup()

    def resize(self, width, height):
        self._command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    def set_dark(self, dark):
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self._command("Emulation.setEmulatedMedia", features=features)

    def allow_clipboard(self):
        self._command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])

    def _command(self, name, **parameters):
        self.driver.execute_cdp_cmd(name, parameters)

    def open(self, path, fragment=""):
        """Opens the page at `path` and waits until it can be used. Returns the
        milliseconds that this took it."""
        self.driver.get("about:blank")
        self.messages()
        self.driver.get(pathlib.Path(path).resolve().as_uri() + fragment)
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            ready, error = self.run(
                "const {ready, error} = document.documentElement.dataset; return [ready ?? '', error ?? ''];"
            )
            if error:
                raise AssertionError(f"{path} cannot be shown: {error}")
            if ready:
                self.settle()
                return int(ready)
            time.sleep(0.02)
        raise AssertionError(f"{path} is not ready after {_PATIENCE_S} s: {self.messages()}")

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def settle(self):
        """Waits until what was asked for is drawn: two frames."""
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));"
        )

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        return self.run(
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent);", selector
        )

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.textContent ?? null;", selector)

    def press(self, *keys):
        for key in keys:
            self.driver.switch_to.active_element.send_keys(getattr(Keys, key) if len(key) > 1 else key)
        self.settle()

    def click(self, selector):
        self.find(selector).click()
        self.settle()

    def type(self, selector, text):
        field = self.find(selector)
        field.clear()
        field.send_keys(text)
        self.settle()

    def selected(self):
        """Returns the number of the event that is picked."""
        fragment = self.run("return location.hash;")
        return int(fragment.removeprefix("#e=")) if fragment else None

    def messages(self):
        """Returns what the browser's console has got since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def screenshot(self, path):
        self.settle()
        self.driver.save_screenshot(str(path))
