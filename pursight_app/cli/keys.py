"""New keys on the command line."""

from enum import StrEnum
from typing import Annotated

import typer


class Purpose(StrEnum):
    """What keys are for."""

    JWT = "jwt"
    ENCRYPTION = "encryption"
    ALL = "all"


def rotate_keys(
    purpose: Annotated[Purpose, typer.Argument(help="Which keys: of access tokens, of stored secrets, or both.")],
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Only make the next key, to copy it to other machines first.")
    ] = False,
) -> None:
    """Puts new keys in place of the old ones; nobody is logged out and PurSight may run meanwhile."""
    from pursight_app.services import keys

    purposes = [Purpose.JWT, Purpose.ENCRYPTION] if purpose == Purpose.ALL else [purpose]
    for each in purposes:
        if prepare:
            print(
                f"Prepared {each} key {keys.prepare_key(each)}. Copy the folder secrets to all machines, then rotate."
            )
        elif each == Purpose.JWT:
            print(f"Access tokens are signed with key {keys.rotate_jwt_key().key_id} from now on.")
        else:
            _rotate_encryption()


def _rotate_encryption() -> None:
    from pursight_app.services import keys

    done = keys.rotate_encryption_key(lambda text: print(text, flush=True))
    if done.unreadable:
        print("No key opens the secrets of these; the old keys stay until they are entered again or removed:")
        print("\n".join(f"  {each}" for each in done.unreadable))
        raise typer.Exit(1)
    print(f"All stored secrets are encrypted with key {done.key_id}; older keys are removed.")
