"""All measurements, one after the other: `make bench`."""

from benchmarks import folders, imports, learners, links, pages

imports.main()
folders.main()
pages.main()
learners.main()
links.main()
