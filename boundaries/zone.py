"""The zone of dates and times that name none: China's, wherever the machine stands."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "UTC+8")


def day_of_moment(moment: datetime) -> date:
    """Return the day that an aware moment falls on in China."""
    return moment.astimezone(CHINA).date()
