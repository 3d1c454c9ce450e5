"""What every route may ask for: the application, the profile and the id of the request."""

import re
from typing import Annotated, cast

from fastapi import Depends, Header, Request

from bokgi.errors.http import ProfileInvalid
from bokgi.services.application import Application

DEFAULT_PROFILE = "default"
_PROFILE = re.compile(r"[a-z][a-z0-9_-]{0,31}")


async def application_of(request: Request) -> Application:
    """The application that `create_app` was given."""
    return cast("Application", request.app.state.application)


async def profile_of(
    profile: Annotated[str | None, Header(alias="X-Bokgi-Profile", description="Whose lists and runs; `default` if absent.")] = None,
) -> str:
    """The profile that the request names.

    Raises
    ------
    ProfileInvalid
    """
    if profile is None:
        return DEFAULT_PROFILE
    if not _PROFILE.fullmatch(profile):
        raise ProfileInvalid(profile)
    return profile


TheApplication = Annotated[Application, Depends(application_of)]
TheProfile = Annotated[str, Depends(profile_of)]
