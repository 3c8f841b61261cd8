"""All measurements, one after the other: `make bench`."""

from benchmarks import imports, learners, pages

imports.main()
pages.main()
learners.main()
