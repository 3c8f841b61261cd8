"""Who learns."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.managers import UserManager


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by an e-mail address that is kept in lower case."""

    email = models.EmailField(_("e-mail address"), max_length=254)
    is_staff = models.BooleanField(_("may sign in to the admin"), default=False)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Clear this instead of deleting an account: nothing of it is lost.")
    )
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                name="user_once_per_email",
                violation_error_message=_("There is an account with this e-mail address already."),
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_in_lower_case"),
        ]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        """Bring the address into the form it is stored in, before the form looks whether it is taken."""
        super().clean()
        self.email = UserManager.normalize_email(self.email)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, the address in lower case."""
        self.email = UserManager.normalize_email(self.email)
        super().save(*args, **kwargs)
