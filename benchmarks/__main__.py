"""All measurements, one after the other: `make bench`."""

from benchmarks import folders, imports, learners, links, pages, search

imports.main()
folders.main()
pages.main()
learners.main()
search.main()
links.main()
