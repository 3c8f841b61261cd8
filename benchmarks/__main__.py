"""All measurements, one after the other: `make bench`."""

from benchmarks import imports, pages

imports.main()
pages.main()
