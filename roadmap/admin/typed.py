"""Django's classes under the type parameters that its stubs ask for and that it does not take while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.forms import BaseInlineFormSet, ModelChoiceField, ModelForm
else:
    from django import forms
    from django.contrib import admin

    class _Typed:
        def __class_getitem__(cls, item: Any) -> type:
            return cls

    class ModelAdmin(_Typed, admin.ModelAdmin):
        """One with a type parameter."""

    class TabularInline(_Typed, admin.TabularInline):
        """One with a type parameter."""

    class BaseInlineFormSet(_Typed, forms.BaseInlineFormSet):
        """One with a type parameter."""

    class ModelChoiceField(_Typed, forms.ModelChoiceField):
        """One with a type parameter."""

    class ModelForm(_Typed, forms.ModelForm):
        """One with a type parameter."""


__all__ = ["BaseInlineFormSet", "ModelAdmin", "ModelChoiceField", "ModelForm", "Row", "TabularInline"]
