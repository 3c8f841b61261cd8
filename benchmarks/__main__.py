"""All measurements, one after the other: `make bench`."""

from benchmarks import folders, imports, learners, pages

imports.main()
folders.main()
pages.main()
learners.main()
