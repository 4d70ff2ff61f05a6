"""An application of one extension module."""

import side  # type: ignore[import-not-found]
import wit_world  # type: ignore[import-not-found]


class WitWorld(wit_world.WitWorld):  # type: ignore[misc]
    def twice(self, n: int) -> int:
        return int(side.twice(n))
