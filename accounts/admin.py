"""Accounts in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth import forms as auth_forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User

if TYPE_CHECKING:
    _NewUserForm = auth_forms.AdminUserCreationForm[User]
    _UserForm = auth_forms.UserChangeForm[User]
    _UserAdmin = auth_admin.UserAdmin[User]
else:
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
    readonly_fields = ["date_joined", "last_login"]
    fieldsets = [
        (None, {"fields": ["email", "password", "is_active"]}),
        (_("Permissions"), {"fields": ["is_staff", "is_superuser", "groups", "user_permissions"]}),
        (_("Dates"), {"fields": ["date_joined", "last_login"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "usable_password", "password1", "password2"]})]
