# Slots by Python's zoneinfo, an implementation of its own: for each job on standard input ("zone every day HH:MM first last",
# tab separated; every is daily, weekly or monthly) one line "day instant" per slot, then an empty line. A time in a gap and the first
# of two equal times are fold=0 (PEP 495), which is RFC 5545's rule.
import calendar
import sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

for line in sys.stdin:
    zone, every, day, time, first, last = line.rstrip("\n").split("\t")
    begin = datetime.combine(date.fromisoformat(first), datetime.min.time(), timezone.utc)
    end = date.fromisoformat(last)
    hour, minute = map(int, time.split(":"))
    d, seen = date.fromisoformat(first) - timedelta(days=3), begin
    tz, step = ZoneInfo(zone), timedelta(days=1)
    if every == "weekly":
        d += timedelta(days=(int(day) - d.weekday()) % 7)
        step = timedelta(days=7)
    while d < end:
        if every != "monthly" or d.day == min(int(day), calendar.monthrange(d.year, d.month)[1]):
            at = datetime(d.year, d.month, d.day, hour, minute, tzinfo=tz).astimezone(timezone.utc)
            if at > seen:  # a day that a zone left out falls on the instant of the next
                seen = at
                print(d.isoformat(), at.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
        d += step
    print()
