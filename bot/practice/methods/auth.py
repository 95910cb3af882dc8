"""auth.test, team.info, bots.info."""

from collections.abc import Mapping

from bot.practice.methods.call import Call, Json, Method, Refused


def test(call: Call) -> Json:
    account = call.state.account
    return {
        "url": f"https://{account.domain}.slack.com/",
        "team": account.team_name,
        "user": call.state.installed.handle,
        "team_id": account.team_id,
        "user_id": account.bot_user,
        "bot_id": account.bot_id,
        "app_id": account.app_id,
        "app_name": call.state.installed.name,
        "is_enterprise_install": False,
    }


def team(call: Call) -> Json:
    account = call.state.account
    if call.text("team") not in ("", account.team_id):
        raise Refused("team_not_found")
    about = {
        "id": account.team_id,
        "name": account.team_name,
        "url": f"https://{account.domain}.slack.com/",
        "domain": account.domain,
        "email_domain": "",
        "icon": {"image_default": True},
        "is_verified": False,
    }
    return {"team": about}


def bot(call: Call) -> Json:
    account = call.state.account
    if call.text("bot") not in ("", account.bot_id):
        raise Refused("bot_not_found")
    about = {
        "id": account.bot_id,
        "deleted": False,
        "name": call.state.installed.name,
        "app_id": account.app_id,
        "user_id": account.bot_user,
        "updated": call.state.users[account.bot_user].updated,
        "icons": {"image_48": "https://avatars.slack-edge.invalid/48.png"},
    }
    return {"bot": about}


METHODS: Mapping[str, Method] = {
    "auth.test": Method(run=test),
    "team.info": Method(run=team, scopes=("team:read",), tier=3),
    "bots.info": Method(run=bot, scopes=("users:read",), tier=3, takes_json=False),
}
