"""What the site says in mails of its accounts, and where it leads after a sign-in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, override

NAME = "AIE Notes"

if TYPE_CHECKING:

    class _Adapter:
        def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None: ...
        def get_login_redirect_url(self, request: HttpRequest) -> str: ...

else:
    _Adapter = DefaultAccountAdapter


class AccountAdapter(_Adapter):
    """allauth's own, for a site that has a name and one address."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail that goes by the site's name, not by the host that a request happened to ask for."""
        site = SimpleNamespace(name=NAME, domain=urlsplit(settings.SITE_URL).netloc)
        super().send_mail(template_prefix, email, {"current_site": site, **context})

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where to go that was not asked for: the front page, in the language that the learner chose."""
        with override(getattr(request.user, "language", "") or get_language()):
            return super().get_login_redirect_url(request)
