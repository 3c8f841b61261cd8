"""A learner's settings, and the end of an account."""

from __future__ import annotations

from contextlib import suppress

from allauth.account.decorators import reauthentication_required
from django.conf import settings as site
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access, deleting, promotion
from accounts.forms import AddressForm, DeletingForm, SettingsForm, zones
from accounts.models import Theme
from accounts.tracking import Gone
from accounts.views.answers import came_from
from aienotes.languages import offered


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Show the settings and the ways to all else that is an account's; save what was posted."""
    user = access.learner(request)
    form = SettingsForm(request.POST if request.method == "POST" else None, instance=user)
    if form.is_valid():
        user.save(update_fields=SettingsForm.Meta.fields)
        with override(offered(user.language) or request.LANGUAGE_CODE):
            messages.success(request, gettext("Saved."))
            return redirect("accounts:settings")
    if form.errors:
        # What could not be saved must not show in the header.
        user.refresh_from_db(fields=SettingsForm.Meta.fields)
    context = {"form": form, "zones": zones(), "providers": site.SOCIALACCOUNT_PROVIDERS}
    return render(request, "accounts/settings.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep which theme was chosen in the header: 204 for the script there, back to the page for a plain form."""
    user = access.learner(request)
    chosen = request.POST.get("theme", "")
    if chosen not in Theme:
        return HttpResponse(gettext("There is no such theme."), status=422, content_type="text/plain; charset=utf-8")
    user.theme = chosen
    user.save(update_fields=["theme"])
    if request.accepts("text/html"):
        return redirect(came_from(request))
    return HttpResponse(status=204)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def email(request: HttpRequest) -> HttpResponse:
    """Change the address where no mail can confirm it; where one can, lead to where that is done."""
    if site.MAIL:
        return redirect("account_email")
    form = AddressForm(access.learner(request), request.POST if request.method == "POST" else None)
    if form.is_valid():
        changed: HttpResponse = _change_address(request, form.cleaned_data["email"])
        return changed
    return render(request, "accounts/email.html", {"form": form}, status=422 if form.errors else 200)


@reauthentication_required  # type: ignore[untyped-decorator]
def _change_address(request: HttpRequest, address: str) -> HttpResponse:
    try:
        promotion.move(access.learner(request), address)
    except IntegrityError:
        messages.error(request, gettext("There is an account with this e-mail address already."))
    else:
        messages.success(request, gettext("Saved."))
    return redirect("accounts:email")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Delete the account once its address was typed."""
    user = access.learner(request)
    form = DeletingForm(user, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "accounts/delete.html", {"form": form}, status=422 if form.errors else 200)
    with suppress(Gone):
        deleting.delete(user)
    logout(request)
    messages.success(request, gettext("Your account is deleted, with everything that was yours. Farewell."))
    response = redirect("roadmap:home")
    # What was written and not yet saved lies in the browser, if it heeds this: over https, and on the machine itself.
    response["Clear-Site-Data"] = '"storage"'
    return response
