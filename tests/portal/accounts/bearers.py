"""What tests of endpoints say again and again."""

import json
from typing import Any

from django.test import Client

import portal.accounts.actions as accounts
from portal.accounts.models import User


def bearer(user: User, *scopes: str) -> dict[str, str]:
    """The header with a new token of that person; without scopes it reads."""
    wanted = accounts.Wanted("test", list(scopes or ["read"]))
    _token, secret = accounts.create_api_token(wanted=wanted, user=user)
    return {"Authorization": f"Bearer {secret}"}


def send(client: Client, method: str, path: str, headers: dict[str, str], body: Any = None) -> Any:
    """A request with a JSON body, or without any."""
    content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return client.generic(method, path, headers=headers, **content)
