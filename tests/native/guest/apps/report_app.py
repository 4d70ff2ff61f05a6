"""An application that tells what interpreter it is in."""

import sys

# The bundled standard library is first on the path: put what the application brings
# before it, or no file could stand before the interpreter's own variables.
sys.path.sort(key=lambda folder: folder.startswith("/python"))

import environment_report  # type: ignore[import-not-found]
import wit_world  # type: ignore[import-not-found]

# While the component is made: later, no module can be read that is not imported yet.
REPORT: str = environment_report.report()


class WitWorld(wit_world.WitWorld):  # type: ignore[misc]
    def report(self) -> str:
        return REPORT
