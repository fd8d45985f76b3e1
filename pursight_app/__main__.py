"""`python -m pursight_app` is the command line."""

from pursight_app.cli.main import main

main()
