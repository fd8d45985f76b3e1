"""PurSight: data governance that installs with one command."""
