"""Finding and making users by their e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager

if TYPE_CHECKING:
    from accounts.models import User


class UserManager(BaseUserManager["User"]):
    """Users have no name but their e-mail address, and that in lower case."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Return the address as it is stored: without spaces around it and in lower case."""
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user with this address, however its letters are written. Raises User.DoesNotExist."""
        return self.get(email=self.normalize_email(username))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Return a new, saved user. Raises ValueError without an address, IntegrityError if it is taken."""
        if not self.normalize_email(email):
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Return a new, saved user who may do everything."""
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})
