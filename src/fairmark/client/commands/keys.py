"""`fairmark keys`: API keys, from afar. The server's own command makes the first one (`fairmark keys create`)."""

from typing import Annotated

import typer

from fairmark.client.commands.options import AsJson, Key, Org, Url, client, err, print_json, print_table

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_keys(url: Url = None, key: Key = None, org: Org = None, as_json: AsJson = False) -> None:
    """List the organisation's API keys, newest first, without their secrets."""
    with client(url, key, org) as server:
        found = list(server.list_keys())
    if as_json:
        print_json(found)
        return
    rows = [
        (each.id, each.name, each.mode.value, " ".join(each.scopes), f"…{each.hint}",
         f"{each.used_at:%Y-%m-%d %H:%M}" if each.used_at else "never",
         "revoked" if each.revoked_at else "works")
        for each in found
    ]  # fmt: skip
    print_table(("id", "name", "mode", "scopes", "ends in", "last used", "state"), rows, "There is no key.")


@app.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="The key's id, from `fairmark keys list`.", metavar="ID")],
    url: Url = None,
    key: Key = None,
    org: Org = None,
) -> None:
    """Stop a key for good."""
    with client(url, key, org) as server:
        server.revoke_key(key_id)
    err.print(f"The key {key_id} does not work any more.")
