"""Addresses: pages under a language prefix where it is not the first language; files and health without one."""

from __future__ import annotations

from django.urls import path

from roadmap.views import changes, files, pages

app_name = "roadmap"

urlpatterns = [
    path("", pages.home, name="home"),
    path("roadmaps/<slug:slug>/", pages.roadmap, name="roadmap"),
    path("roadmaps/<slug:slug>/pages/<path:path>/", pages.page, name="page"),
    path("roadmaps/<slug:slug>/changes/", changes.changes, name="changes"),
    path("roadmaps/<slug:slug>/changes/feed/", changes.feed, name="feed"),
]

outside_languages = [
    path("healthz", files.healthz, name="healthz"),
    path("media/<str:name>", files.media, name="media"),
    path("styles.<slug:digest>.css", files.stylesheet, name="stylesheet"),
]
"""For the project's own urlpatterns, beside `i18n_patterns`; they stand in no namespace."""
