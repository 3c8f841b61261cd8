"""The codes of an authenticator app."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, validate_totp_code

SECRET = "JBSWY3DPEHPK3PXP"
SECONDS = 30


@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_counts_as_well_for_the_half_minute_beside_its_own(
    steps: int, counts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = format_hotp_value(hotp_value(SECRET, 1_000))
    monkeypatch.setattr(time, "time", lambda: float((1_000 - steps) * SECONDS))
    assert validate_totp_code(SECRET, code) is counts
