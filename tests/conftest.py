"""What holds for every test: the machine may be slow, or busy with other things."""

import signal

from hypothesis import HealthCheck, settings

settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")

# Some tests press Ctrl-C, which a job that a shell started in the background ignores.
signal.signal(signal.SIGINT, signal.default_int_handler)
