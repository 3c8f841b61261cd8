"""What the site says in mails of its accounts, and where it leads after a sign-in."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override

from accounts.models import User
from aienotes.languages import offered

NAME = "AIE Notes"

if TYPE_CHECKING:

    class _Adapter:
        def render_mail(
            self, template_prefix: str, email: str, context: dict[str, Any], headers: dict[str, str] | None = None
        ) -> EmailMultiAlternatives: ...
        def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None: ...
        def send_notification_mail(
            self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
        ) -> None: ...
        def get_login_redirect_url(self, request: HttpRequest) -> str: ...

else:
    _Adapter = DefaultAccountAdapter


class AccountAdapter(_Adapter):
    """allauth's own, for a site that has a name and one address."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail in its receiver's language and time zone: of an account's owner their own, else the page's.

        It goes by the site's name, not by the host that a request happened to ask for."""
        receiver = context.get("user") or User.objects.filter(email=email.lower()).first()
        language = offered(receiver.language) if receiver else ""
        zone = receiver.zone if receiver else timezone.get_default_timezone()
        with override(language or get_language()), timezone.override(zone):
            site = {
                "current_site": SimpleNamespace(name=NAME, domain=urlsplit(settings.SITE_URL).netloc),
                "site_url": settings.SITE_URL,
                "home": settings.SITE_URL + reverse("roadmap:home"),
                "zone": str(zone),
            }
            super().send_mail(template_prefix, email, site | context)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Send a mail that tells of a change to an account, whichever address it goes to."""
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMultiAlternatives:
        """Return a mail as plain text, and the same text set in the site's dress."""
        mail = super().render_mail(template_prefix, email, context, headers)
        mail.body = re.sub(r"\n{3,}", "\n\n", str(mail.body).strip()) + "\n"
        dress = {"subject": mail.subject, "paragraphs": mail.body.strip().split("\n\n"), "code": context.get("code")}
        mail.attach_alternative(render_to_string("mails/mail.html", dress).strip(), "text/html")
        return mail

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where to go that was not asked for: the front page, in the language that the learner chose."""
        with override(offered(getattr(request.user, "language", "")) or get_language()):
            return super().get_login_redirect_url(request)
