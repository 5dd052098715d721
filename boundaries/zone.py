"""The zone of dates and times that name none: China's, wherever the machine stands."""

from __future__ import annotations

from datetime import timedelta, timezone

CHINA = timezone(timedelta(hours=8), "UTC+8")
