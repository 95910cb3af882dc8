"""bookmarks.add, edit, remove, list."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.practice.methods.call import Call, Json, Method, Refused, invalid
from bot.practice.state.channels import Channel

MOST_BOOKMARKS = 100
TITLE_LONGEST = 256
LINK_LONGEST = 2048


def add(call: Call) -> Json:
    channel = _writable(call)
    title = call.required("title")
    if call.required("type") != "link":
        raise Refused("invalid_bookmark_type")
    if len(channel.bookmarks) >= MOST_BOOKMARKS:
        raise Refused("too_many_bookmarks")
    bookmark: Json = {
        "id": call.state.numbers.new_id("Bk"),
        "channel_id": channel.id,
        "title": _short(title),
        "link": _link(call),
        "emoji": call.text("emoji"),
        "icon_url": None,
        "type": "link",
        "entity_id": None,
        "date_created": call.state.numbers.seconds(),
        "date_updated": 0,
        "rank": f"{len(channel.bookmarks):04d}",
        "last_updated_by_user_id": call.bot,
        "last_updated_by_team_id": call.state.account.team_id,
        "shortcut_id": None,
        "app_id": call.state.account.app_id,
    }
    channel.bookmarks.append(bookmark)
    call.state.changes.notify()
    return {"bookmark": bookmark}


def edit(call: Call) -> Json:
    bookmark = _find(call, _writable(call))
    if call.text("title"):
        bookmark["title"] = _short(call.text("title"))
    if call.text("link"):
        bookmark["link"] = _link(call)
    if "emoji" in call.args:
        bookmark["emoji"] = call.text("emoji")
    bookmark |= {"date_updated": call.state.numbers.seconds(), "last_updated_by_user_id": call.bot}
    call.state.changes.notify()
    return {"bookmark": bookmark}


def remove(call: Call) -> Json:
    channel = _writable(call)
    channel.bookmarks.remove(_find(call, channel))
    call.state.changes.notify()
    return {}


def listing(call: Call) -> Json:
    return {"bookmarks": [dict(bookmark) for bookmark in call.channel("channel_id").bookmarks]}


def _writable(call: Call) -> Channel:
    channel = call.channel("channel_id")
    if channel.is_archived or call.bot not in channel.members:
        raise Refused("permission_denied")
    return channel


def _find(call: Call, channel: Channel) -> Json:
    for bookmark in channel.bookmarks:
        if bookmark["id"] == call.text("bookmark_id"):
            return bookmark
    raise Refused("not_found")


def _short(title: str) -> str:
    if len(title) > TITLE_LONGEST:
        raise invalid("invalid_arguments", f"must be less than {TITLE_LONGEST + 1} characters [json-pointer:/title]")
    return title


def _link(call: Call) -> str:
    link = call.text("link")
    parts = urlsplit(link)
    if parts.scheme not in ("http", "https") or not parts.netloc or len(link) > LINK_LONGEST:
        raise Refused("invalid_link")
    return link


METHODS: Mapping[str, Method] = {
    "bookmarks.add": Method(run=add, scopes=("bookmarks:write",), tier=2),
    "bookmarks.edit": Method(run=edit, scopes=("bookmarks:write",), tier=2),
    "bookmarks.remove": Method(run=remove, scopes=("bookmarks:write",), tier=2),
    "bookmarks.list": Method(run=listing, scopes=("bookmarks:read",), tier=3),
}
