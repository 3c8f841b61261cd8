"""Accounts in the admin. Of what learners do there are counts, of what they write there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401 - imported here so that what they register can be taken out below
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth import forms as auth_forms
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import deleting, statistics
from accounts.models import Note, StudyEvent, User

# Keys and tokens open doors, and where somebody signed in from is nobody else's business.
admin.site.unregister([Authenticator, SocialApp, SocialToken, UserSession])

if TYPE_CHECKING:
    _AuthenticatorAdmin = admin.ModelAdmin[Authenticator]
    _NewUserForm = auth_forms.AdminUserCreationForm[User]
    _UserForm = auth_forms.UserChangeForm[User]
    _UserAdmin = auth_admin.UserAdmin[User]
else:
    _AuthenticatorAdmin = admin.ModelAdmin
    _NewUserForm = auth_forms.AdminUserCreationForm
    _UserForm = auth_forms.UserChangeForm
    _UserAdmin = auth_admin.UserAdmin


class NewUserForm(_NewUserForm):
    """A new account: an address and a password."""

    class Meta:
        model = User
        fields = ("email",)
        field_classes: ClassVar[dict[str, type]] = {}


class UserForm(_UserForm):
    """An account."""

    class Meta:
        model = User
        fields = "__all__"
        field_classes: ClassVar[dict[str, type]] = {}


@admin.register(User)
class UserAdmin(_UserAdmin):
    """Django's own user admin, for users without a name."""

    form = UserForm
    add_form = NewUserForm
    list_display = ["email", "is_staff", "is_active", "date_joined", "last_login"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]
    search_fields = ["email"]
    ordering = ["email"]
    readonly_fields = ["progress", "date_joined", "last_login"]
    fieldsets = [
        (None, {"fields": ["email", "password", "is_active"]}),
        (_("Permissions"), {"fields": ["is_staff", "is_superuser", "groups", "user_permissions"]}),
        (_("Study"), {"fields": ["progress"]}),
        (_("Dates"), {"fields": ["date_joined", "last_login"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "usable_password", "password1", "password2"]})]

    @admin.display(description=_("progress"))
    def progress(self, user: User) -> str:
        """How many resources are in which state."""
        return statistics.in_words(user.progress)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Return what goes with an account: its name alone, and how many rows of which sort."""
        nested, counts, needed, protected = super().get_deleted_objects(objs, request)
        unseen = {str(model._meta.verbose_name_plural) for model in (Note, StudyEvent)}
        shown = [each for each in nested if not isinstance(each, list)]
        return shown, {name: count for name, count in counts.items() if str(name) not in unseen}, needed, protected

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Delete an account with all that is its learner's."""
        deleting.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Delete accounts likewise."""
        for user in queryset:
            deleting.delete(user)


@admin.register(Authenticator)
class AuthenticatorAdmin(_AuthenticatorAdmin):
    """A second factor or a passkey, for those who lost theirs: it can be seen that there is one, and deleted."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    search_fields = ["user__email"]
    fields = ["user", "type", "created_at", "last_used_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one for another."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes one."""
        return False
