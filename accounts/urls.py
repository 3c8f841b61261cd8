"""A learner's addresses."""

from __future__ import annotations

from django.urls import path

from accounts.views import marks

app_name = "accounts"

urlpatterns = [
    path("resources/<str:key>/state/", marks.state, name="state"),
    path("sections/<int:pk>/state/", marks.section, name="section"),
    path("undo/<slug:batch>/", marks.undo, name="undo"),
    path("resources/<str:key>/", marks.token, name="resource"),
    path("token/", marks.token, name="token"),
]
