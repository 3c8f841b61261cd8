"""Addresses: pages under a language prefix where it is not the first language; files and health without one."""

from __future__ import annotations

from django.urls import path

from roadmap.views import changes, files, found, installing, pages, printing, search, styleguide

app_name = "roadmap"

urlpatterns = [
    path("", pages.home, name="home"),
    path("search/", search.search, name="search"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("roadmaps/<slug:slug>/", pages.roadmap, name="roadmap"),
    path("roadmaps/<slug:slug>/pages/<path:path>/", pages.page, name="page"),
    path("roadmaps/<slug:slug>/print/", printing.whole, name="print"),
    path("roadmaps/<slug:slug>/changes/", changes.changes, name="changes"),
    path("roadmaps/<slug:slug>/changes/feed/", changes.feed, name="feed"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("offline/", installing.offline, name="offline"),
]

outside_languages = [
    path("healthz", files.healthz, name="healthz"),
    path("robots.txt", found.robots, name="robots"),
    path("sitemap.xml", found.sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", found.sitemap_part, name="sitemap-part"),
    path("media/<str:name>", files.media, name="media"),
    path("sw.js", installing.worker, name="worker"),
    path("styles.<slug:digest>.css", files.stylesheet, name="stylesheet"),
]
"""For the project's own urlpatterns, beside `i18n_patterns`; they stand in no namespace."""
