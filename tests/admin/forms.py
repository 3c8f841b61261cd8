"""The admin's forms as a browser sees them: read from the page, filled in, sent."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from roadmap.models import Resource, Roadmap


class FormReader(HTMLParser):
    """Gathers what a browser would send of the form with the id `name`, no button pressed."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.inside = name, False
        self.values: dict[str, str] = {}
        self.text: str | None = None
        self.select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = found.get("id") == self.name
        if not self.inside:
            return
        if tag == "input" and found.get("type") == "checkbox":
            if "checked" in found:
                self.values[found["name"]] = found.get("value", "on")
        elif tag == "input" and found.get("type") != "submit":
            self.values[found["name"]] = found.get("value", "")
        elif tag == "textarea":
            self.text = found["name"]
            self.values[self.text] = ""
        elif tag == "select":
            self.select = found["name"]
            self.values.setdefault(self.select, "")
        elif tag == "option" and self.select and "selected" in found:
            self.values[self.select] = found["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.text = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data: str) -> None:
        if self.inside and self.text:
            # A browser takes a first line end away and sends the others as CRLF.
            self.values[self.text] += data.removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")


def shown(client: Client, url: str) -> dict[str, str]:
    """Return the values of the form on a page of the admin."""
    response = client.get(url)
    assert response.status_code == 200, response
    model = url.split("/roadmap/")[1].split("/")[0]
    reader = FormReader(f"{model}_form")
    reader.feed(response.content.decode())
    assert reader.values, "the page has no form"
    return reader.values


def change_url(row: Resource | Roadmap) -> str:
    return reverse(f"admin:roadmap_{row._meta.model_name}_change", args=[row.pk])


def page(client: Client, url: str, language: str) -> str:
    """Return a page of the admin in a language; `url` is its address in the site's own."""
    prefix = "" if language == settings.LANGUAGE_CODE else f"/{language}"
    response = client.get(prefix + url)
    translation.activate(settings.LANGUAGE_CODE)
    assert response.status_code == 200, response
    return response.content.decode()


def save(client: Client, row: Resource | Roadmap, **typed: Any) -> None:
    """Open a row's form, type, press Save; fail if the form came back."""
    url = change_url(row)
    response = client.post(url, shown(client, url) | typed)
    assert response.status_code == 302, errors(response)


def errors(response: Any) -> dict[str, Any]:
    """Return the errors of the form that came back."""
    assert response.status_code == 200
    found = dict(response.context["adminform"].form.errors)
    for formset in response.context["inline_admin_formsets"]:
        found.update({key: value for each in formset.formset.errors for key, value in each.items()})
    return found


def inline(client: Client, row: Resource, model: str, **typed: str) -> dict[str, str]:
    """Return the values of a row's form with one more row typed into the inline of `model` (its prefix)."""
    values = shown(client, change_url(row))
    number = int(values[f"{model}-TOTAL_FORMS"])
    values[f"{model}-TOTAL_FORMS"] = str(number + 1)
    return values | {f"{model}-{number}-{name}": value for name, value in typed.items()}


def act(client: Client, row: Resource, name: str) -> Any:
    """Press a button above a resource's form."""
    return client.post(reverse(f"admin:roadmap_resource_{name}", args=[row.pk]), follow=True)


def add(client: Client, **typed: Any) -> Any:
    """Add a resource by its form; whatever comes back is returned."""
    url = reverse("admin:roadmap_resource_add")
    return client.post(url, shown(client, url) | {name: str(value) for name, value in typed.items()})
