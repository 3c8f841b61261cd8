"""A learner's addresses."""

from __future__ import annotations

from django.urls import path

from accounts.views import broken, data, forks, marks, news, notes, resources, settings, study

app_name = "accounts"

urlpatterns = [
    path("resources/<str:key>/", resources.resource, name="resource"),
    path("resources/<str:key>/note/", notes.note, name="note"),
    path("resources/<str:key>/note/preview/", notes.preview, name="preview"),
    path("resources/<str:key>/state/", marks.state, name="state"),
    path("resources/<str:key>/broken/", broken.broken, name="broken"),
    path("sections/<int:pk>/state/", marks.section, name="section"),
    path("undo/<slug:batch>/", marks.undo, name="undo"),
    path("news/<int:run>/seen/", news.seen, name="seen"),
    path("me/", study.me, name="me"),
    path("me/notes/", study.notes, name="notes"),
    path("me/settings/", settings.settings, name="settings"),
    path("me/theme/", settings.theme, name="theme"),
    path("me/email/", settings.email, name="email"),
    path("me/data/", data.data, name="data"),
    path("me/data/aie-notes.json", data.download_json, name="json"),
    path("me/data/progress.csv", data.download_csv, name="csv"),
    path("me/data/notes.md", data.download_notes, name="markdown"),
    path("me/forks/", forks.fork, name="fork"),
    path("me/forks/<slug:slug>/", forks.bring, name="bring"),
    path("me/forks/<slug:slug>/confirm/", forks.confirm, name="confirm"),
    path("me/forks/<slug:slug>/download/", forks.download, name="marked"),
    path("me/delete/", settings.delete, name="delete"),
    path("token/", marks.token, name="token"),
]
