"""The static site in headless Chromium: no error, pictures shown, links lead somewhere, no sideways
scrolling on a phone.

Run with `make test-browser`; `make test` leaves it out.
"""

import shutil
from urllib.parse import unquote, urlparse

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from derisking.build import run, website
from derisking.core import paths

pytestmark = pytest.mark.browser
PAGES = [
    "index.html",
    "notebooks/index.html",
    "figures/index.html",
    "data/index.html",
    "CONTRIBUTING.html",
    *(f"notebooks/{file.stem}.html" for file in run.list_notebooks()),
]
PHONE = {"width": 375, "height": 667, "deviceScaleFactor": 2, "mobile": True}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("html") / "site"
    website.build_site(folder)
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    chromium = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    driver = shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.exit(
            "No Chromium with its driver found. "
            "Debian and Ubuntu: apt-get install chromium chromium-driver",
            returncode=2,
        )
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-sync",
        "--disable-background-networking",
        "--disable-component-update",
        "--allow-file-access-from-files",
        f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(driver))
    yield started
    started.quit()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_whole_and_asks_nothing_of_the_network(page, built, browser):
    browser.get_log("performance")
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    browser.get((built / page).as_uri())
    assert [
        entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"
    ] == []
    broken = browser.execute_script(
        "return [...document.images].filter(i => !(i.complete && i.naturalWidth)).map(i => i.src)"
    )
    assert broken == []
    bare = browser.execute_script(
        "return [...document.images].filter(i => !(i.alt || '').trim())"
        ".map(i => i.src.slice(0, 80))"
    )
    assert bare == []
    wide, seen = browser.execute_script(
        "const e = document.documentElement; return [e.scrollWidth, e.clientWidth]"
    )
    assert wide <= seen, f"{page} is {wide} px wide on a screen of {seen} px"
    asked = [
        entry["message"]
        for entry in browser.get_log("performance")
        if '"Network.requestWillBeSent"' in entry["message"]
    ]
    assert not [message for message in asked if '"url":"http' in message]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page, built, browser):
    browser.get((built / page).as_uri())
    links = browser.execute_script(
        "return [...document.querySelectorAll('a[href]')].map(a => a.href)"
    )
    assert links
    for link in links:
        parts = urlparse(link)
        if parts.scheme == "file":
            file = paths.Path(unquote(parts.path))
            assert file.exists(), f"{page}: {link}"
            if parts.fragment and file.suffix == ".html":
                assert f'id="{unquote(parts.fragment)}"' in file.read_text(encoding="utf-8"), (
                    f"{page}: {link}"
                )


def test_notebooks_open_with_their_answer_and_fold_code_and_numbers(built, browser):
    browser.get((built / "notebooks" / "01_data_ingestion.html").as_uri())
    text = browser.find_element("tag name", "main").text
    assert text.index("Short answer") < text.index("Data.") and "Figure 01-closure-lists" in text
    for kind, least in (("code", 10), ("numbers", 3)):
        folded = browser.execute_script(
            f"return [...document.querySelectorAll('details.{kind}')].map(d => !d.open)"
        )
        assert len(folded) > least and all(folded), kind


def test_a_page_runs_no_script_even_if_one_gets_in(built, browser):
    acting = "<script>document.title = 'ran'</script><img src=x onerror=\"document.title='ran'\">"
    page = built / "planted.html"
    whole = (built / "index.html").read_text(encoding="utf-8")
    page.write_text(whole.replace("<main>", f"<main>{acting}"), encoding="utf-8")
    browser.get(page.as_uri())
    assert browser.title and browser.title != "ran"
    page.write_text(page.read_text().replace("Content-Security-Policy", "X"), encoding="utf-8")
    browser.get(page.as_uri())
    assert browser.title == "ran", "the test plants nothing"
    page.unlink()
