"""A learner's addresses."""

from __future__ import annotations

from django.urls import path

from accounts.views import marks, notes, resources, study

app_name = "accounts"

urlpatterns = [
    path("resources/<str:key>/", resources.resource, name="resource"),
    path("resources/<str:key>/note/", notes.note, name="note"),
    path("resources/<str:key>/note/preview/", notes.preview, name="preview"),
    path("resources/<str:key>/state/", marks.state, name="state"),
    path("sections/<int:pk>/state/", marks.section, name="section"),
    path("undo/<slug:batch>/", marks.undo, name="undo"),
    path("me/", study.me, name="me"),
    path("me/notes/", study.notes, name="notes"),
    path("token/", marks.token, name="token"),
]
