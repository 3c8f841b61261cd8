"""What a finger needs: everything that can be touched is at least 44 by 44 px, but for links inside a sentence."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db(transaction=True)
