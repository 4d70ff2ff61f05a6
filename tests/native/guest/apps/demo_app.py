"""An application of two extension modules; they are imported, so linked, up front."""

import sysconfig

import side  # type: ignore[import-not-found]
import sidepp  # type: ignore[import-not-found]
import wit_world  # type: ignore[import-not-found]


class WitWorld(wit_world.WitWorld):  # type: ignore[misc]
    def twice(self, n: int) -> int:
        return int(side.twice(n))

    def checked(self, n: int) -> int:
        return int(sidepp.checked(n))

    def variable(self, name: str) -> str:
        try:
            return repr(sysconfig.get_config_var(name))
        except Exception as error:  # noqa: BLE001 - an answer as well
            return f"{type(error).__name__}: {error}"
