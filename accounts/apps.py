"""The app of those who learn."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Accounts."""

    name = "accounts"
    verbose_name = _("accounts")

    def ready(self) -> None:
        """Join what a guest ticked at every way in: the one thing that only a signal hears of."""
        from accounts.joining import join_guest

        user_logged_in.connect(join_guest, dispatch_uid="accounts.join_guest")
