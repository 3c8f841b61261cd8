"""All addresses: pages under a language prefix (the first language has none), files and the health check outside."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from allauth.mfa.totp.views import activate_totp
from csp.decorators import csp_update
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from roadmap.urls import outside_languages

# The admin's own sign-in form knows neither rate limits nor confirmed e-mail addresses.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    *outside_languages,
    *i18n_patterns(
        path("", include("roadmap.urls")),
        path("", include("accounts.urls")),
        path("accounts/2fa/totp/activate/", csp_update({"img-src": "data:"})(activate_totp)),
        # Without mail allauth would wait for ever for a new address to be confirmed.
        *([] if settings.MAIL else [path("accounts/email/", RedirectView.as_view(pattern_name="accounts:email"))]),
        path("accounts/", include("allauth.urls")),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]
