"""A visitor without JavaScript: opens pages, fills forms in and sends them, as a plain browser would."""

from html.parser import HTMLParser
from urllib.parse import urljoin

import requests


class _Forms(HTMLParser):
    """The forms of a page: where each goes and what its fields hold."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("action", ""), {}))
        if not self.found:
            return
        fields, name = self.found[-1][1], given.get("name", "")
        if tag == "input" and name and (given.get("type") not in {"radio", "checkbox", "submit"} or "checked" in given):
            fields[name] = given.get("value", "")
        if tag == "textarea":
            fields[name] = ""
        if tag == "select":
            self._select = name
        if tag == "option" and self._select and (self._select not in fields or "selected" in given):
            fields[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


class Visitor:
    """Keeps cookies between pages, as a browser does. Answers above 399 fail, except where `status` says otherwise."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()

    def open(self, path: str, *, status: int = 200) -> requests.Response:
        answer = self._session.get(urljoin(self.url, path), timeout=20)
        assert answer.status_code == status, f"{path} answers {answer.status_code}: {answer.text[:500]}"
        return answer

    def send(self, page: requests.Response, to: str, **values: str) -> requests.Response:
        """Sends the form of that page whose address ends so, with these values in it."""
        forms = _Forms()
        forms.feed(page.text)
        action, fields = next(form for form in forms.found if form[0].endswith(to))
        address = urljoin(page.url, action)
        said = {"Referer": page.url, "Origin": self.url}
        answer = self._session.post(address, {**fields, **values}, headers=said, timeout=20)
        assert answer.status_code == 200, f"{address} answers {answer.status_code}: {answer.text[:500]}"
        return answer

    def log_in(self, address: str, password: str) -> None:
        answer = self.send(self.open("/accounts/login/"), "/login/", login=address, password=password)
        assert "/accounts/login/" not in answer.url, "The log-in was refused."
