"""The commands there are: name, the module that runs it, and one line of help. Hot path: strings only."""

from __future__ import annotations

COMMANDS = {
    "host": ("elfin.cli.commands.host", "Show what this machine is, or another place: architecture, libcs, CPU level"),
    "tags": ("elfin.cli.commands.tags", "List the wheel tags that a place takes, best first"),
    "explain": ("elfin.cli.commands.explain", "Tell which wheels of a project fit a place, and why the others do not"),
    "audit": ("elfin.cli.commands.audit", "Tell what binaries and wheels need of a system, and where they run"),
    "retag": ("elfin.cli.commands.retag", "Make the tags of a wheel say what its bytes earn"),
    "venv": ("elfin.cli.commands.venv", "Make a virtual environment"),
    "python": (None, "Install, find and list Pythons, right for the libc and CPU they run on"),
    "pip": (None, "Install, resolve and inspect packages with pip's words"),
    "run": ("elfin.cli.commands.run", "Run a command or script with packages at hand"),
    "tool": (None, "Run tools that packages provide"),
    "installer": (None, "Make install scripts that choose an artifact that runs"),
    "cache": (None, "Show or empty the cache"),
    "self": (None, "Update or remove elfin itself"),
}

GROUPS = {
    "pip": {
        "install": ("elfin.cli.commands.pip_install", "Install packages into an environment"),
        "sync": ("elfin.cli.commands.pip_sync", "Make an environment hold exactly what a file lists"),
        "download": ("elfin.cli.commands.pip_download", "Fetch wheels into a folder, for this or another place"),
        "compile": ("elfin.cli.commands.pip_compile", "Resolve requirements to a list of pins"),
        "uninstall": ("elfin.cli.commands.pip_uninstall", "Remove packages from an environment"),
        "list": ("elfin.cli.commands.pip_list", "List what is installed"),
        "freeze": ("elfin.cli.commands.pip_freeze", "List what is installed as requirements"),
        "show": ("elfin.cli.commands.pip_show", "Show one or more installed packages"),
        "check": ("elfin.cli.commands.pip_check", "Check that installed packages fit together"),
    },
    "python": {
        "list": ("elfin.cli.commands.python_list", "List the Pythons installed, on PATH, and to be had"),
        "install": ("elfin.cli.commands.python_install", "Install Pythons for this machine or another place"),
        "find": ("elfin.cli.commands.python_find", "Print the path of the Python that a request means"),
        "uninstall": ("elfin.cli.commands.python_uninstall", "Remove Pythons that elfin installed"),
        "upgrade": ("elfin.cli.commands.python_upgrade", "Install newer patch versions of those installed"),
        "pin": ("elfin.cli.commands.python_pin", "Show or write the folder's .python-version"),
        "dir": ("elfin.cli.commands.python_dir", "Print the folder Pythons are installed into"),
        "verify": ("elfin.cli.commands.python_verify", "Check that installed Pythons are whole and run"),
        "catalogue": ("elfin.cli.commands.python_catalogue", "Make or refresh the catalogue of Pythons"),
    },
    "tool": {
        "run": ("elfin.cli.commands.tool_run", "Run a tool in an environment of its own (elfinx)"),
    },
    "installer": {
        "build": ("elfin.cli.commands.installer_build", "Make install.sh and install.ps1 of a folder of release files"),
        "check": ("elfin.cli.commands.installer_check", "Tell which release file each place would get, and why"),
    },
    "cache": {
        "dir": ("elfin.cli.commands.cache_dir", "Print the cache folder"),
        "size": ("elfin.cli.commands.cache_size", "Print how much the cache holds"),
        "clean": ("elfin.cli.commands.cache_clean", "Empty the cache"),
    },
    "self": {
        "update": ("elfin.cli.commands.self_update", "Put another version of elfin in place of this one"),
        "uninstall": ("elfin.cli.commands.self_uninstall", "Remove elfin"),
    },
}

GLOBAL_OPTIONS_WITH_VALUE = ("--cache-dir", "--color", "--directory", "--libc")
GLOBAL_OPTIONS = (
    "-q",
    "--quiet",
    "-v",
    "-vv",
    "--verbose",
    "--offline",
    "-n",
    "--no-cache",
    "--no-cache-dir",
    "--no-progress",
    "--no-python-downloads",
)
